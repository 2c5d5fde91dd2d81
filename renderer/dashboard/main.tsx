import '../style.css';
import { createRoot } from 'react-dom/client';
import type { PageApi } from '../../shared/ipc.ts';
import { latest } from '../latest.ts';
import { Dashboard } from './dashboard.tsx';

const api = window.airlock as PageApi<'dashboard'>;
const states = latest(api.onState, () => api.getState({}));
const root = document.getElementById('root');
if (!root) throw new Error('The page has no element #root.');
createRoot(root).render(<Dashboard api={api} states={states} />);
