import { mutant } from '../relay/mutants.ts';
import type { Rig } from './rig.ts';
import { ask, modernAsk, modernHeaders, token } from './rig.ts';

const calls = ['tools/call', 'tools/call', 'resources/read', 'prompts/get'];

const pieces = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  ':',
  '\xff',
  '0\r\n\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length: -1\r\n',
  'Connection: close\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'Host: evil.example\r\n',
  'Origin: https://evil.example\r\n',
  'Authorization: Bearer x\r\n',
  'Accept: application/json;q=0\r\n',
  'Mcp-Session-Id: x\r\n',
  'MCP-Protocol-Version: 2026-07-28\r\n',
  'Last-Event-ID: 0-0\r\n',
  'Last-Event-ID: 999999999-999999999999\r\n',
  '"id":1,',
  '[',
  ']',
  '{}',
  ',"params":null',
  '\\u0000',
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},',
  '"_meta":{"progressToken":1e999},',
  '../',
  '%2e%2e/',
  '?x=',
  '"name":"evil",',
  ',"method":"tools/call","params":{"name":"evil"}',
  '\r{"id":9,"method":"tools/call","params":{"name":"evil"}}\r',
];

/** Makes requests as clients of either era send them, and changes them in their bytes. */
export function requestMaker(random: () => number) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

  /** One request in HTTP/1.1, with `mark` as the id of its message. */
  function request(at: Rig, session: Record<string, string>, mark: string): string {
    const modern = random() < 0.4;
    const method = pick(['echo', 'slow', ...calls, 'initialize', 'subscriptions/listen']);
    const name = pick(['n', 'n', 'evil']);
    const params = { name, uri: name };
    const message = modern ? modernAsk(method, params, mark) : ask(method, params, mark);
    const spelled = pick([
      JSON.stringify(message),
      JSON.stringify([message]),
      JSON.stringify(message, null, 2),
    ]);
    // A message as mutated as those of the relay's own fuzz, now and then.
    const content = random() < 0.2 ? Buffer.from(mutant(random)).toString('latin1') : spelled;
    const fields: Record<string, string> = {
      Host: `127.0.0.1:${at.endpoint.port}`,
      ...(random() < 0.8 ? { Authorization: `Bearer ${token}` } : {}),
      Accept: pick([
        '*/*',
        'application/json',
        'text/event-stream',
        'application/json, text/event-stream',
      ]),
      ...(modern ? modernHeaders(method, name) : session),
    };
    const verb =
      random() < 0.75 ? 'POST' : pick(['GET', 'DELETE', 'PUT', 'HEAD', 'CONNECT', 'OPTIONS']);
    const path =
      random() < 0.9
        ? '/mcp/con_1'
        : pick(['/', '/mcp/', '/mcp/con_2', '/.well-known/oauth-protected-resource/mcp/con_1']);
    const body =
      verb !== 'POST'
        ? ''
        : random() < 0.3
          ? `${content.length.toString(16)}\r\n${content}\r\n0\r\n\r\n`
          : content;
    if (body !== '') {
      fields['Content-Type'] = 'application/json';
      if (body === content) fields['Content-Length'] = String(content.length);
      else fields['Transfer-Encoding'] = 'chunked';
    }
    const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${verb} ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`;
  }

  function mutate(text: string): string {
    let out = text;
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) {
      const at = Math.floor(random() * out.length);
      const lines = out.split('\r\n');
      switch (Math.floor(random() * 6)) {
        case 0:
          out = out.slice(0, at) + pick(pieces) + out.slice(at);
          break;
        case 1:
          out = out.slice(0, at) + out.slice(at + Math.floor(random() * 20));
          break;
        case 2:
          out = `${out.slice(0, at)}${String.fromCharCode(Math.floor(random() * 256))}${out.slice(at + 1)}`;
          break;
        case 3: {
          const line = pick(lines);
          lines.splice(1 + Math.floor(random() * lines.length), 0, line);
          out = lines.join('\r\n');
          break;
        }
        case 4: {
          const line = out.indexOf('\r\n') + 2;
          out = out.slice(0, line) + pick(pieces) + out.slice(line);
          break;
        }
        default:
          out = out.slice(0, Math.max(1, at));
      }
    }
    return out;
  }

  return { request, mutate };
}
