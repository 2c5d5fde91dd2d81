import { openStateStore } from '../../../main/storage/state-store.ts';

// Saves many connections into the store named by the first argument, as the command line would beside the app.
const [, , path = '', name = '', count = '0'] = process.argv;
const store = openStateStore(path);
if (!store.ok) throw new Error(store.problem.message);
for (let n = 0; n < Number(count); n += 1) {
  store.value.connections.save({
    id: `${name}-${n}`,
    clientId: 'cursor',
    clientName: 'Cursor',
    file: '/mcp.json',
    keyPath: ['mcpServers', name],
    name,
    serverId: 'srv_1',
    serverLabel: 'npx files',
    command: 'npx',
    args: [],
    secretEnv: [],
    forwardedEnv: [],
    argvInFile: false,
    createdAt: n,
  });
}
store.value.close();
process.disconnect();
