import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openHttpServer } from '../../main/upstream/http-server.ts';
import { ok } from '../../shared/outcome.ts';
import { aHome } from '../integration/home.ts';
import { startApp } from '../integration/rig.ts';
import { governed, stdioServer, type Upstream } from '../main/endpoint/governed.ts';
import { startRig, token } from '../main/endpoint/rig.ts';
import { httpClientPeer, httpServerPeer, linePeer, type Peer } from './identity-peers.ts';
import type { Way } from './identity-run.ts';

const puppet = path.resolve(import.meta.dirname, 'identity-puppet.mjs');

/** A way from a client to a server that has shaken hands. */
export interface OpenWay extends Way {
  /** What the client was told beside its messages, such as statuses that say no. */
  readonly wrong: readonly string[];
  close(): void;
}

const hello = (name: string) =>
  `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{},"sampling":{},"roots":{}},"clientInfo":{"name":"${name}","version":"1"}}}`;
const helloAnswer =
  '{"jsonrpc":"2.0","id":"hello","result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"puppet","version":"1"}}}';
const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

/** A socket in the file system that a puppet finds. */
async function puppetDoor() {
  const folder = mkdtempSync(path.join(tmpdir(), 'airlock-puppet-'));
  const socket = path.join(folder, 'p.sock');
  const sockets: Socket[] = [];
  let came: (peer: Peer) => void = () => undefined;
  const peer = new Promise<Peer>((resolve) => {
    came = resolve;
  });
  const door = createServer((one) => {
    sockets.push(one);
    one.on('error', () => undefined);
    came(linePeer(one, one));
  });
  await new Promise<void>((resolve) => door.listen(socket, resolve));
  return {
    args: [puppet, socket],
    peer,
    close() {
      for (const one of sockets) one.destroy();
      door.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lets both peers shake hands; `first` says the client's hello. */
async function greet(
  client: Peer,
  server: Promise<Peer>,
  first: () => Promise<void>,
): Promise<Peer> {
  const answered = new Promise<void>((resolve) => {
    client.hear = () => {
      resolve();
      return undefined;
    };
  });
  const begun = first();
  const peer = await server;
  const request = { kind: 'request', text: '', idText: '"hello"' } as const;
  await new Promise<void>((resolve) => {
    peer.hear = (text) => {
      if (text.includes('"initialize"')) {
        const answer = { kind: 'answer', text: helloAnswer, idText: '"hello"' } as const;
        setImmediate(() => peer.prepare(answer, request).send());
        return request;
      }
      if (text.includes('notifications/initialized')) resolve();
      return undefined;
    };
    void Promise.all([answered, begun]).then(() =>
      client.prepare({ kind: 'notification', text: initialized, idText: undefined }).send(),
    );
  });
  return peer;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A remote server's stream is opened after the handshake; until it is, nothing may be said on it. */
async function listening(server: Awaited<ReturnType<typeof httpServerPeer>>): Promise<void> {
  while (!server.site.seen.some(({ method }) => method === 'GET')) await pause(10);
}

const remoteUpstream =
  (url: string): Upstream =>
  () => {
    const opened = openHttpServer(
      {
        sessionId: randomUUID(),
        name: 'puppet',
        clientName: 'Cursor',
        target: { url, kind: 'http' },
        mask: (text) => text,
      },
      { entryHeaders: async () => ok({}) },
    );
    if (!opened.ok) throw new Error(opened.problem.message);
    return { in: opened.value.stdout, out: opened.value.stdin };
  };

async function overEndpoint(
  upstream: Upstream,
  server: Promise<Peer>,
  random: () => number,
  close: () => void,
): Promise<OpenWay> {
  const rig = await startRig({ accept: governed(upstream).accept });
  const client = httpClientPeer(rig.url, token, random);
  const peer = await greet(client, server, () => client.open(hello('http')));
  return {
    client,
    server: peer,
    wrong: client.wrong,
    close() {
      client.close();
      close();
    },
  };
}

/** The real bridge, started as a client starts it, into the whole app. */
async function overBridge(
  home: ReturnType<typeof aHome>,
  server: Promise<Peer>,
  close: () => void,
): Promise<OpenWay> {
  await startApp(home, { mode: 'monitor' });
  const child = spawn(home.place.bridgeFile, ['con_puppet'], {
    env: { HOME: home.path, PATH: process.env.PATH ?? '' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  const client = linePeer(child.stdout, child.stdin);
  const peer = await greet(client, server, async () =>
    client.prepare({ kind: 'request', text: hello('bridge'), idText: '"hello"' }).send(),
  );
  return {
    client,
    server: peer,
    wrong: [],
    close() {
      child.kill('SIGKILL');
      close();
    },
  };
}

/** Every way from a client to a server, by the name it has in tables. */
export const ways: Readonly<Record<string, (random: () => number) => Promise<OpenWay>>> = {
  async 'bridge to stdio'() {
    const door = await puppetDoor();
    const home = aHome();
    home.connect('puppet', process.execPath, door.args);
    return overBridge(home, door.peer, door.close);
  },
  async 'bridge to HTTP'(random) {
    const server = await httpServerPeer(random);
    const home = aHome();
    home.connect('puppet', '', [], {
      remote: {
        transport: 'http',
        url: server.site.url,
        secretHeaders: [],
        forwardedHeaders: [],
        via: 'bridge',
        ownHeaders: [],
      },
    });
    const way = await overBridge(home, Promise.resolve(server), () => server.close());
    await listening(server);
    return way;
  },
  async 'HTTP to stdio'(random) {
    const door = await puppetDoor();
    const [file = '', ...args] = door.args;
    return overEndpoint(stdioServer(file, ...args), door.peer, random, door.close);
  },
  async 'HTTP to HTTP'(random) {
    const server = await httpServerPeer(random);
    const upstream = remoteUpstream(server.site.url);
    const way = await overEndpoint(upstream, Promise.resolve(server), random, () => server.close());
    await listening(server);
    return way;
  },
};
