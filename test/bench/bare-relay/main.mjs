// Starts the bare relay in a worker thread, as the app does with its engine.
import { Worker } from 'node:worker_threads';
import { app } from 'electron';

// Not awaited: Electron is ready only after this module has been evaluated.
app.whenReady().then(() => new Worker(new URL('relay.mjs', import.meta.url)));
