const evilCall = '{"id":9,"method":"tools/call","params":{"name":"evil"}}';
const modernMeta =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"sampling":{},"elicitation":{}}}';
const sampling = '{"method":"sampling/createMessage","params":{"messages":[]}}';

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
  `{"jsonrpc":"2.0","id":11,"method":"tools/call","params":{"name":"evil",${modernMeta}}}`,
  `{"jsonrpc":"2.0","id":12,"method":"tools/call","params":{"name":"good",${modernMeta}}}`,
  `{"jsonrpc":"2.0","id":13,"method":"tools/call","params":{"name":"evil","requestState":"s","inputResponses":{"q":{"action":"accept"}},${modernMeta}}}`,
  '{"jsonrpc":"2.0","id":14,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}',
  `{"jsonrpc":"2.0","id":15,"method":"server/discover","params":{${modernMeta}}}`,
  '{"jsonrpc":"2.0","id":16,"method":"tools/list","params":{}}',
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
  evilCall,
];

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
  modernMeta,
];

const answers = [
  '{"jsonrpc":"2.0","id":ID,"result":{"content":[{"type":"text","text":"ok"}]}}',
  '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","content":[]}}',
  `{"jsonrpc":"2.0","id":ID,"result":{"resultType":"input_required","inputRequests":{"q":${sampling}},"requestState":"s"}}`,
  '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"}},"requestState":"s"}}',
  '{"jsonrpc":"2.0","id":ID,"result":{"tools":[{"name":"good","inputSchema":{}}]}}',
  '{"jsonrpc":"2.0","id":ID,"error":{"code":-32601,"message":"no"}}',
  '[{"jsonrpc":"2.0","id":ID,"result":{}}]',
  `{"jsonrpc":"2.0","id":"s1",${sampling.slice(1)}`,
];

const answerMembers = [
  '"resultType":"input_required"',
  '"ResultType":"input_required"',
  `"inputRequests":{"q":${sampling}}`,
  `"InputRequests":{"q":${sampling}}`,
  `"result":{"resultType":"input_required","inputRequests":{"q":${sampling}}}`,
  `"Result":{"resultType":"input_required","inputRequests":{"q":${sampling}}}`,
  '"method":"sampling/createMessage"',
  '"Method":"sampling/createMessage"',
  '"error":null',
  '"id":ID',
  '"ID":ID',
  '"isError":true',
];

type Random = () => number;
const pick = <T>(list: readonly T[], random: Random): T =>
  list[Math.floor(random() * list.length)] as T;

/** One message of a client or a server, changed a few times: in its bytes, or by a member too many. */
export function mutant(random: Random): string {
  return changed(pick(seeds, random), members, 1 + Math.floor(random() * 4), random);
}

/** An answer to the request with this id, changed as often or not at all. */
export function mutantAnswer(idText: string, random: Random): string {
  const text = changed(pick(answers, random), answerMembers, Math.floor(random() * 4), random);
  return text.replaceAll('ID', () => idText);
}

function changed(seed: string, more: readonly string[], times: number, random: Random): string {
  let text = seed;
  for (let left = times; left > 0; left -= 1) {
    if (random() < 0.5) text = withMember(text, pick(more, random), random);
    else text = withNoise(text, pick([...pieces, ...seeds], random), random);
  }
  return text;
}

/** Puts a member in front of the others of an object, or behind them. */
function withMember(text: string, member: string, random: Random): string {
  const braces = [...text.matchAll(/[{}]/g)].map(({ index }) => index);
  const at = braces[Math.floor(random() * braces.length)];
  if (at === undefined) return text;
  if (text[at] === '}') return `${text.slice(0, at)},${member}${text.slice(at)}`;
  return `${text.slice(0, at + 1)}${member},${text.slice(at + 1)}`;
}

/** Cuts, splices or repeats. */
function withNoise(text: string, piece: string, random: Random): string {
  const at = Math.floor(random() * (text.length + 1));
  const to = at + Math.floor(random() * 6);
  const how = random();
  if (how < 0.4) return text.slice(0, at) + piece + text.slice(at);
  if (how < 0.6) return text.slice(0, at) + text.slice(to);
  if (how < 0.8) return text.slice(0, at) + piece + text.slice(to);
  return text.slice(0, to) + text.slice(at);
}
