import { Readable, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { startSession } from '../../../main/relay/session.ts';
import { ok } from '../../../shared/outcome.ts';
import { decision, rig, settled, toolCall, until } from './rig.ts';

/** A reader that takes one chunk at a time and says when it wants the next. */
function slowReader() {
  let bytes = 0;
  let next: (() => void) | undefined;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      next = done;
    },
  });
  return {
    sink,
    bytes: () => bytes,
    read() {
      const done = next;
      next = undefined;
      done?.();
    },
  };
}

describe('a slow reader', () => {
  test('stops the reading of what it cannot take, in both directions', async () => {
    for (const from of ['client', 'server'] as const) {
      const slow = slowReader();
      let produced = 0;
      const source = new Readable({
        read() {
          produced += 1;
          this.push(`{"method":"n","x":"${'x'.repeat(60_000)}"}\n`);
        },
      });
      const idle = () => new Readable({ read: () => undefined });
      const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });
      const session = startSession({
        connection: { id: 'c', name: 'n', sessionId: 's' },
        agent: { clientId: 'c', clientName: 'C', person: 'p' },
        server: { id: 's', transport: 'stdio', label: 'l' },
        client: from === 'client' ? { in: source, out: sink() } : { in: idle(), out: slow.sink },
        upstream: from === 'client' ? { in: idle(), out: slow.sink } : { in: source, out: sink() },
        stages: {
          audit: { open: () => ok({ close: () => undefined, note: () => undefined }) },
          kill: { refusal: () => undefined },
          inspection: { request: () => [], answer: (_, answer) => ({ answer, findings: [] }) },
          policy: { decide: () => decision('allow'), mode: () => 'enforce' },
          approval: {
            granted: () => undefined,
            ask: async () => ({ answer: 'deny', how: 'flood' }),
          },
        },
        lookupTool: () => undefined,
        onToolList: () => [],
        facts: {
          introduced: () => undefined,
          stopped: () => undefined,
          listFiltered: () => undefined,
          called: () => undefined,
        },
      });

      await settled();
      const first = produced;
      expect(first).toBeLessThan(10);
      await settled();
      expect(produced).toBe(first);

      // 200 MiB through a reader that takes its time: what is held stays a few lines.
      const megabyte = 1024 * 1024;
      let worst = 0;
      while (slow.bytes() < 200 * megabyte) {
        slow.read();
        worst = Math.max(worst, produced * 60_023 - slow.bytes());
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(worst).toBeLessThan(megabyte);
      session.stop();
      slow.read();
      source.destroy();
    }
  }, 60_000);

  test('that floods us with requests to refuse is no longer read', async () => {
    const r = rig({ deaf: true, decide: () => 'deny', limits: { unreadBytes: 50_000 } });
    // As a socket would: a chunk a turn.
    for (let chunk = 0; chunk < 50; chunk += 1) {
      r.clientSays(Array.from({ length: 40 }, (_, n) => toolCall(chunk * 40 + n)).join(''));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled();
    const before = r.calls.length;
    await settled();
    expect(r.calls.length).toBe(before);
    expect(before).toBeLessThan(500);
    // Once it reads, it is read.
    r.client.out.resume();
    await until(() => r.calls.length === 2_000);
  }, 60_000);
});

describe('large messages', () => {
  test('of 10 MiB pass as they are, as a call and as an answer', async () => {
    const r = rig();
    const big = 'é"\\'.replace('"', '\\"').replace(/\\$/, '\\\\').repeat(2_100_000);
    const call = `{"id":1,"method":"tools/call","params":{"name":"t","arguments":{"x":"${big}"}}}\n`;
    expect(Buffer.byteLength(call)).toBeGreaterThan(10 * 1024 * 1024);
    r.clientSays(call);
    await until(() => r.serverHears.bytes().length === Buffer.byteLength(call));
    expect(r.serverHears.bytes().equals(Buffer.from(call))).toBe(true);
    const answer = `{"id":1,"result":{"content":[{"type":"text","text":"${big}"}]}}\n`;
    r.serverSays(answer);
    await until(() => r.clientHears.bytes().length === Buffer.byteLength(answer));
    expect(r.clientHears.bytes().equals(Buffer.from(answer))).toBe(true);
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['ok']);
  }, 60_000);
});
