import type { Call } from '../../../shared/call.ts';
import { rig, settled } from './rig.ts';

/** A small generator of repeatable numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const seeds = [
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"evil","arguments":{"a":1}}}',
  '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"good","arguments":{"a":[1,2]}}}',
  '{"method":"ping","id":2,"x":{"method":"tools/call","params":{"name":"evil"}}}',
  '[{"id":3,"method":"tools/call","params":{"name":"evil"}},{"id":4,"method":"ping"}]',
  '{"id":5,"method":"resources/read","params":{"uri":"evil"}}',
  '{"id":6,"method":"prompts/get","params":{"name":"evil","arguments":{}}}',
  '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}',
  '{"method":"notifications/cancelled","params":{"requestId":1}}',
  '{"method":"sampling/createMessage","id":7,"params":{}}',
];

const pieces = [
  ...'{}[]",:\\\r\n\t 0123-e.',
  '"method":"tools/call"',
  '"Method":"tools/call"',
  '"met\\u0068od":"tools\\/call"',
  '"name":"evil"',
  '"name":"good"',
  '"params":{"name":"evil"}',
  '"id":1',
  '\\u0065vil',
  '\u2028',
  '\ufeff',
  '😀',
  '{"id":9,"method":"tools/call","params":{"name":"evil"}}',
];

/** One message, cut, spliced, repeated or swapped a few times. */
function mutant(random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let text = pick(seeds);
  for (let times = Math.floor(random() * 4); times >= 0; times -= 1) {
    const at = Math.floor(random() * (text.length + 1));
    const to = at + Math.floor(random() * 6);
    const how = random();
    if (how < 0.35) text = text.slice(0, at) + pick(pieces) + text.slice(at);
    else if (how < 0.6) text = text.slice(0, at) + text.slice(to);
    else if (how < 0.8) text = text.slice(0, at) + pick(pieces) + text.slice(to);
    else if (how < 0.9) text = text.slice(0, to) + text.slice(at);
    else text = text.slice(0, at) + pick(seeds) + text.slice(at);
  }
  return text;
}

/** True where any reader we know of would take a line for a call of something that policy denies. */
export function carriesEvil(line: string): boolean {
  // As Python's text mode: a bare carriage return ends a line too.
  return line.split(/\r\n|\r|\n/).some((part) => {
    let value: unknown;
    try {
      value = JSON.parse(part);
    } catch {
      return false;
    }
    return (Array.isArray(value) ? value : [value]).some((one) => readings(one).some(isEvil));
  });
}

/** The message as a reader sees it that minds the case of keys, and as one that does not. */
function readings(value: unknown): unknown[] {
  const loose = (of: unknown): unknown => {
    if (typeof of !== 'object' || of === null || Array.isArray(of)) return of;
    return Object.fromEntries(
      Object.entries(of).map(([key, inner]) => [key.toLowerCase(), loose(inner)]),
    );
  };
  return [value, loose(value)];
}

function isEvil(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { method, params } = message as { method?: unknown; params?: unknown };
  if (typeof method !== 'string' || typeof params !== 'object' || params === null) return false;
  const { name, uri } = params as { name?: unknown; uri?: unknown };
  const governed = ['tools/call', 'resources/read', 'prompts/get'];
  return governed.includes(method.trim().toLowerCase()) && (name === 'evil' || uri === 'evil');
}

/** Sends `count` mutants through a session that denies `evil`; returns what should never be. */
export async function fuzzSession(seed: number, count: number): Promise<string[]> {
  const random = seeded(seed);
  const wrong: string[] = [];
  const decide = (call: Call) => (call.target === 'evil' ? 'deny' : 'allow');
  const perSession = 500;
  for (let done = 0; done < count; done += perSession) {
    const r = rig({ decide });
    const sent: string[] = [];
    for (let n = 0; n < perSession; n += 1) {
      const line = mutant(random);
      sent.push(...line.split('\n'));
      if (random() < 0.2) r.serverSays(`${mutant(random)}\n`);
      const bytes = Buffer.from(`${line}\n`);
      const cut = Math.floor(random() * bytes.length);
      r.clientSays(bytes.subarray(0, cut));
      r.clientSays(bytes.subarray(cut));
      if (n % 50 === 0) await settled();
    }
    await settled();
    const known = new Set(sent);
    for (const line of r.serverHears.text().split('\n')) {
      if (carriesEvil(line)) wrong.push(`forwarded: ${line}`);
      // What the server hears is what the client said, an element of a batch of it, or our refusal.
      if (line !== '' && !known.has(line) && !/^\[|^\{"jsonrpc":"2.0","id":.*"error":/.test(line))
        wrong.push(`made up: ${line}`);
    }
    const opened = r.calls.length;
    if (r.session.inFlight().length + r.ends.length !== opened) wrong.push('a record went missing');
    r.session.stop();
    const end = await r.session.closed;
    if (end.reason !== 'stopped') wrong.push(`the session ended as ${end.reason}: ${end.sentence}`);
    if (r.ends.length !== opened) wrong.push('a record stayed open');
  }
  return wrong;
}
