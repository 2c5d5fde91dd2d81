// The floor of our topology: a line relay in a thread of Electron's main process that parses and decides nothing.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const pump = (from, to) => {
  let rest = Buffer.alloc(0);
  from.on('data', (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.lastIndexOf(10) + 1;
    for (const line of bytes.subarray(0, end).toString().split('\n')) if (line) JSON.parse(line);
    if (end > 0) to.write(bytes.subarray(0, end));
    rest = bytes.subarray(end);
  });
};

const [command, ...args] = JSON.parse(process.env.BARE_RELAY_SERVER);
const relay = createServer((socket) => {
  const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  pump(socket, server.stdin);
  pump(server.stdout, socket);
  server.stdin.on('error', () => socket.destroy());
  socket.on('close', () => server.kill());
  socket.on('error', () => server.kill());
});
relay.listen(process.env.BARE_RELAY_SOCKET);
