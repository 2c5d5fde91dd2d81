import { contextBridge } from 'electron';
import { pageApi } from './page-api.ts';

contextBridge.exposeInMainWorld('airlock', pageApi('dashboard'));
