import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bridgeEras, type ServerEra } from '../../../main/era/era-bridge.ts';
import { settled, until } from '../relay/rig.ts';
import { modernMeta } from './front-rig.ts';
import { pipes, realAfter } from './peers.ts';

/** A bridge whose both ends the test holds. */
function ends(serverEra: ServerEra | undefined, limits = {}) {
  const { stdin, stdout, streams } = pipes();
  const bridged: string[] = [];
  const near = bridgeEras(streams, {
    serverEra,
    after: realAfter,
    randomToken: () => 'token',
    bridged: (era) => void bridged.push(era),
    limits,
  });
  const heard = (stream: Readable) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    return () => Buffer.concat(chunks).toString();
  };
  return {
    near,
    bridged,
    streams,
    stdin,
    stdout,
    client: (text: string | Buffer) => near.out.write(text),
    server: (text: string | Buffer) => stdout.write(text),
    serverHears: heard(stdin),
    clientHears: near.in === stdout ? () => '' : heard(near.in),
  };
}

const initialize = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}\n';
const modern = (id: number, method: string, meta: object = modernMeta()) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params: { _meta: meta } })}\n`;

describe('which sessions are translated', () => {
  it.each([undefined, 'dual'] as const)('none of a server whose era is %s', (era) => {
    const { near, streams } = ends(era);
    expect(near).toBe(streams);
  });

  it('that of a legacy client with a modern server', async () => {
    const { client, serverHears, bridged } = ends('modern');
    client(initialize);
    await settled();
    expect(serverHears()).toContain('"method":"server/discover"');
    expect(bridged).toEqual(['legacy']);
  });

  it('that of a modern client with a legacy server', async () => {
    const { client, serverHears, bridged } = ends('legacy');
    client(modern(1, 'tools/list'));
    await settled();
    expect(serverHears()).toContain('"method":"initialize"');
    expect(bridged).toEqual(['modern']);
  });

  it.each([
    ['legacy', initialize],
    ['modern', modern(1, 'tools/list')],
  ] as const)(
    'none of a client as %s as its server, byte by byte from then on',
    async (era, first) => {
      const { client, server, serverHears, clientHears, bridged } = ends(era);
      server('hal');
      client('\n');
      client(`${first}{"half":`);
      client('1}\nno json, no newline');
      server('f\nrest');
      await settled();
      expect(serverHears()).toBe(`\n${first}{"half":1}\nno json, no newline`);
      expect(clientHears()).toBe('half\nrest');
      expect(bridged).toEqual([]);
    },
  );

  it('that of a client which asks first, by what it does then', async () => {
    const probe = modern(1, 'server/discover');
    const same = ends('modern');
    same.client(probe);
    await settled();
    expect(same.serverHears()).toBe(probe);
    same.client(initialize);
    await settled();
    expect(same.bridged).toEqual(['legacy']);

    const other = ends('legacy');
    other.client(probe);
    await settled();
    expect(other.serverHears()).toContain('"method":"initialize"');
    expect(other.bridged).toEqual(['modern']);
  });

  it('none of a client that asks a legacy server for another version, and then speaks its own', async () => {
    const { client, serverHears, clientHears } = ends('legacy');
    const meta = { ...modernMeta(), 'io.modelcontextprotocol/protocolVersion': '2030-01-01' };
    client(modern(1, 'server/discover', meta));
    await settled();
    expect(serverHears()).toBe('');
    expect(clientHears()).toContain('-32022');
    client(initialize);
    await settled();
    expect(serverHears()).toBe(initialize);
  });
});

describe('the streams of a bridge', () => {
  it('take lines in any pieces, and hand on what is too long for a line unread', async () => {
    const { client, server, serverHears, clientHears } = ends('modern', { lineBytes: 300 });
    for (const letter of initialize) client(letter);
    await settled();
    const { id } = JSON.parse(serverHears());
    const result = JSON.stringify({
      jsonrpc: '2.0',
      id,
      result: { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} },
    });
    for (const letter of `${result}\n`) server(letter);
    await until(() => clientHears().includes('protocolVersion'));
    const long = `${'x'.repeat(200)}${'y'.repeat(200)}\n`;
    server(long.slice(0, 150));
    server(long.slice(150));
    server('{"jsonrpc":"2.0","method":"notifications/x"}\n');
    await settled();
    expect(clientHears().endsWith(`\n${long}{"jsonrpc":"2.0","method":"notifications/x"}\n`)).toBe(
      true,
    );
  });

  it('end with the server, last words included', async () => {
    const { client, server, stdout, near, clientHears } = ends('modern');
    client(initialize);
    await settled();
    server('no newline');
    stdout.end();
    await until(() => near.in.readableEnded);
    expect(clientHears()).toBe('no newline');
  });

  it('end the server with the client, once it has read everything', async () => {
    const { client, near, stdin } = ends('modern');
    client(initialize);
    near.out.end();
    await until(() => stdin.writableFinished);

    const read: string[] = [];
    const slow: (() => void)[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        read.push(chunk.toString());
        slow.push(done);
      },
    });
    const other = bridgeEras(
      { in: new PassThrough(), out: sink },
      { serverEra: 'legacy', after: realAfter, randomToken: () => 'token' },
    );
    other.out.write(initialize);
    other.out.end('last');
    await until(() => {
      slow.shift()?.();
      return sink.writableFinished;
    });
    expect(read.join('')).toBe(`${initialize}last`);
  });

  it('close where the server takes nothing any more, and where the relay stops', async () => {
    const gone = ends('modern');
    gone.client(initialize);
    gone.stdin.destroy();
    await until(() => gone.near.out.destroyed);
    gone.server('still here\n');
    await until(() => gone.clientHears().includes('still here'));

    const stopped = ends('modern');
    stopped.near.out.destroy();
    await until(() => stopped.stdin.destroyed);
  });

  it('read no more from a server than its client takes', async () => {
    let produced = 0;
    const line = Buffer.from(
      `{"jsonrpc":"2.0","method":"n","params":{"x":"${'x'.repeat(8000)}"}}\n`,
    );
    const source = new Readable({
      read() {
        produced += line.length;
        this.push(line);
      },
    });
    const near = bridgeEras(
      { in: source, out: new PassThrough().resume() },
      { serverEra: 'modern', after: realAfter, randomToken: () => 'token' },
    );
    near.out.write(initialize);
    await settled();
    expect(produced).toBeLessThan(1024 * 1024);
    let taken = 0;
    near.in.on('data', (chunk: Buffer) => {
      taken += chunk.length;
      if (taken > 512 * 1024) near.in.destroy();
    });
    await until(() => taken > 512 * 1024);
  });

  it('take no more from a client than its server does', async () => {
    const waiting: (() => void)[] = [];
    const sink = new Writable({ write: (_chunk, _encoding, done) => void waiting.push(done) });
    const near = bridgeEras(
      { in: new PassThrough(), out: sink },
      { serverEra: 'modern', after: realAfter, randomToken: () => 'token' },
    );
    near.out.write(initialize);
    const ping = `{"jsonrpc":"2.0","id":2,"method":"x/y","params":{"x":"${'x'.repeat(70_000)}"}}\n`;
    near.out.write(ping);
    const last = near.out.write(ping);
    await settled();
    expect(last).toBe(false);
    expect(near.out.writableNeedDrain).toBe(true);
    let drained = false;
    near.out.on('drain', () => {
      drained = true;
    });
    await until(() => {
      waiting.shift()?.();
      return drained;
    });
  });
});
