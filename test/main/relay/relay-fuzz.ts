import type { Call } from '../../../shared/call.ts';
import { carriesEvil } from './other-readers.ts';
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
  '{"id":8,"method":"ping","params":{"name":"evil"}}',
  '{"id":10,"method":"Tools/call","params":{"name":"evil"}}',
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

const evilCall = '{"id":9,"method":"tools/call","params":{"name":"evil"}}';

/** Members that, put into an object, make another message of it for one reader or the other. */
const members = [
  '"name":"evil"',
  '"Name":"evil"',
  '"n\\u0061me":"evil"',
  '"URI":"evil"',
  '"uri":"evil"',
  '"method":"tools/call"',
  '"METHOD":"tools/call"',
  '"method":"Tools/Call"',
  '"method":" tools/call"',
  '"params":{"name":"evil"}',
  '"Params":{"name":"evil"}',
  '"result":{}',
  '"id":2',
  `"x":\r${evilCall}\r`,
  `"x":${evilCall}`,
];

/** One message, changed a few times: in its bytes, or by a member too many. */
function mutant(random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let text = pick(seeds);
  for (let times = Math.floor(random() * 4); times >= 0; times -= 1) {
    const how = random();
    if (how < 0.5) text = withMember(text, pick(members), random);
    else text = withNoise(text, pick([...pieces, ...seeds]), random);
  }
  return text;
}

/** Puts a member in front of the others of an object, or behind them. */
function withMember(text: string, member: string, random: () => number): string {
  const braces = [...text.matchAll(/[{}]/g)].map(({ index }) => index);
  const at = braces[Math.floor(random() * braces.length)];
  if (at === undefined) return text;
  if (text[at] === '}') return `${text.slice(0, at)},${member}${text.slice(at)}`;
  return `${text.slice(0, at + 1)}${member},${text.slice(at + 1)}`;
}

/** Cuts, splices or repeats. */
function withNoise(text: string, piece: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const to = at + Math.floor(random() * 6);
  const how = random();
  if (how < 0.4) return text.slice(0, at) + piece + text.slice(at);
  if (how < 0.6) return text.slice(0, at) + text.slice(to);
  if (how < 0.8) return text.slice(0, at) + piece + text.slice(to);
  return text.slice(0, to) + text.slice(at);
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
      // An emoji that was cut in two is what its bytes say, not what the string held.
      const line = mutant(random).toWellFormed();
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
      if (line !== '' && !known.has(line) && !/^\[|^\{"jsonrpc":"2.0","id":.*"error":/s.test(line))
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
