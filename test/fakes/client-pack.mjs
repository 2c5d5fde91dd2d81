// Many MCP clients in one process, as bridges reach the app: forked with an IPC channel, told what to do by messages
// `{n, do, ...}` and answering each with `{n, value}`. It keeps the time of every flooded line after a click.
import { connect } from 'node:net';

/** Every client so far in this round, by its connection. */
let clients = new Map();
let clickedAt;

const send = (client, message) =>
  client.socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

/** Resolves when `holds`; looked at whenever a client heard something. */
const waits = new Set();
const until = (holds) =>
  new Promise((resolve) => {
    const wait = () => {
      if (!holds()) return;
      waits.delete(wait);
      resolve();
    };
    waits.add(wait);
    wait();
  });

function take(client, line) {
  if (line.includes('"notifications/message"')) {
    const word = /"data":"(\w+)"/.exec(line)?.[1];
    client.words.add(word);
    client.lines += 1;
    if (clickedAt !== undefined) client.lastFloodMs = performance.now() - clickedAt;
  } else {
    client.own.push(line);
  }
}

function open({ socket: path, token }, connection) {
  const client = { words: new Set(), lines: 0, own: [], ended: false, lastFloodMs: undefined };
  clients.set(connection, client);
  const socket = connect(path);
  client.socket = socket;
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) take(client, line);
    for (const wait of waits) wait();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    client.ended = true;
    for (const wait of waits) wait();
  });
  const hello = { airlock: 1, connection, token, pid: process.pid, ppid: process.pid };
  socket.write(`${JSON.stringify({ ...hello, cwd: process.cwd(), env: {}, argv: [] })}\n`);
  return client;
}

/** As every client does: initialize, initialized, tools/list. */
async function greet(client) {
  const answers = (count) => until(() => client.own.length >= count || client.ended);
  await answers(1);
  const params = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'cursor-vscode', version: '2.4.1' },
  };
  send(client, { id: 1, method: 'initialize', params });
  await answers(2);
  send(client, { method: 'notifications/initialized' });
  send(client, { id: 2, method: 'tools/list', params: {} });
  await answers(3);
}

const all = () => [...clients.values()];

const deeds = {
  async connect({ place, connections }) {
    await Promise.all(connections.map((connection) => greet(open(place, connection))));
  },
  call: ({ id }) => {
    for (const client of all())
      send(client, { id, method: 'tools/call', params: { name: 'get_nothing' } });
  },
  hear: ({ word }) => until(() => all().every((client) => client.words.has(word))),
  /** Throws the switch from here, by the app's control socket, so that one clock sees the click and the last byte. */
  async kill({ control }) {
    const socket = connect(control.endpoint);
    await new Promise((resolve) => socket.once('connect', resolve));
    // At no special moment of the flood.
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 100));
    clickedAt = performance.now();
    socket.write(
      `${JSON.stringify({ ask: 'kill', token: control.token, scope: { kind: 'all' } })}\n`,
    );
    let text = '';
    for await (const chunk of socket) text += chunk;
    return JSON.parse(text);
  },
  click: () => {
    clickedAt = performance.now();
  },
  async end() {
    await until(() => all().every((client) => client.ended));
    const heard = all().map(({ own, words, lines, lastFloodMs }) => ({
      own,
      words: [...words],
      lines,
      lastFloodMs,
    }));
    clients = new Map();
    clickedAt = undefined;
    return heard;
  },
};

process.on('message', async ({ n, ...message }) => {
  process.send({ n, value: await deeds[message.do](message) });
});
process.on('disconnect', () => process.exit());
