import { isAscii, isUtf8 } from 'node:buffer';
import { scanArray, skipSpace, tooDeep } from '../../shared/json-members.ts';
import { foldKey } from './key-fold.ts';
import { readLargeAnswer } from './large-answer.ts';
import {
  type Envelope,
  invalid,
  isObject,
  type JsonObject,
  type Message,
  type Params,
  type WholeResponse,
} from './message.ts';
import { type MessageScan, scanMessage } from './message-scan.ts';

/** From here on an answer is first looked at as bytes. */
const largeBytes = 32 * 1024;

/** As it reads without its case. */
const inputRequests = 'inputrequests';

const openBrace = 0x7b;
const openBracket = 0x5b;

/**
 * Reads one line: one scan over its text finds where the members stand, and one JSON.parse proves that it is JSON. A
 * line is never changed here; what is forwarded later are its own bytes.
 */
export function readEnvelope(line: Buffer): Envelope {
  if (line.length > largeBytes) {
    const answer = readLargeAnswer(line);
    if (answer !== undefined)
      return { kind: 'response', ...answer, wantsInput: false, whole: () => wholeOf(line) };
  }
  return readInFull(line);
}

/** A large answer whose content somebody needs after all. */
function wholeOf(line: Buffer): WholeResponse {
  const read = readInFull(line);
  if (read.kind !== 'response') throw new Error('The two readers of an answer disagree.');
  return read.whole();
}

function readInFull(line: Buffer): Envelope {
  const text = decode(line);
  if (text === undefined) return invalid('not-utf8');
  const start = skipSpace(text, 0);
  const first = text.charCodeAt(start);
  if (first !== openBrace && first !== openBracket) return invalid('not-json');
  const scans: MessageScan[] = [];
  const scanOne = (at: number, depth: number) => {
    const scan = scanMessage(text, at, depth);
    scans.push(scan);
    return scan.end;
  };
  const end =
    first === openBrace ? scanOne(start, 0) : scanArray(text, start, (at) => scanOne(at, 1));
  if (end === tooDeep) return invalid('too-deep');
  // Universal-newline readers (Python's text mode) end a line at a bare CR: what is one message here would be several
  // there, and one of them might be a call that nobody judged.
  const carriage = text.indexOf('\r', start);
  if (carriage >= 0 && carriage < end) return invalid('ambiguous');
  const parsed = parse(text);
  if (parsed === undefined) return invalid('not-json');
  const [scan] = scans;
  if (scan === undefined) return invalid('not-a-message');
  if (first === openBrace) return classify(text, scan, parsed.json);
  const values = Array.isArray(parsed.json) ? parsed.json : [];
  const elements = scans.map((element, index) => ({
    span: element,
    message: classify(text, element, values[index]),
  }));
  return { kind: 'batch', text, elements };
}

/** The text of a line, or undefined where it is not UTF-8. ASCII, the common case, decodes fastest as Latin-1. */
function decode(line: Buffer): string | undefined {
  if (isAscii(line)) return line.toString('latin1');
  return isUtf8(line) ? line.toString('utf8') : undefined;
}

function parse(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** What the scanned value is, now that it is known to be JSON and what it holds. */
function classify(text: string, scan: MessageScan, value: unknown): Message {
  if (!isObject(value)) return invalid('not-a-message');
  const { id, method } = value;
  const idKnown = scan.id !== undefined && (typeof id === 'string' || typeof id === 'number');
  const idText = idKnown && !scan.repeatedId ? text.slice(scan.id.start, scan.id.end) : undefined;
  const answers = scan.result !== undefined || scan.error !== undefined;
  // Two readers could take two different messages from any of these, and only one of them was judged.
  if (scan.repeated || scan.looseRoute || (scan.method !== undefined && answers))
    return invalid('ambiguous', idText, { answers: answers && scan.method === undefined });

  // Written out rather than spread: this runs for every message, and a spread costs more than the scan.
  if (typeof method === 'string') {
    const params = paramsOf(scan, value.params);
    const looseKeys = scan.looseTop || scan.looseParam;
    if (idText !== undefined)
      return { kind: 'request', text, span: scan, value, idText, method, params, looseKeys };
    if (scan.id !== undefined) return invalid('not-a-message');
    return { kind: 'notification', text, span: scan, value, method, params, looseKeys };
  }
  if (!answers || scan.method !== undefined) return invalid('not-a-message', idText);
  if (scan.looseTop) return invalid('ambiguous', idText, { answers });
  const failed = scan.error !== undefined && value.error !== null;
  // Some readers look for the result first, and nobody would have inspected it.
  if (failed && scan.result !== undefined && value.result !== null)
    return invalid('ambiguous', idText, { answers });
  // An error about a message whose id could not be read carries null or none (JSON-RPC 2.0 section 5, MCP).
  const answered = idText ?? (failed && (id === null || id === undefined) ? 'null' : undefined);
  if (answered === undefined) return invalid('not-a-message');
  const result = failed ? undefined : scan.result;
  const said = !failed && isObject(value.result) ? value.result : undefined;
  const toolError = said?.isError === true;
  const wantsInput =
    said !== undefined && (said.resultType === 'input_required' || asksForInput(said));
  const whole: WholeResponse = { text, span: scan, value, result };
  return { kind: 'response', idText: answered, failed, toolError, wantsInput, whole: () => whole };
}

/** True where a reader that ignores case finds questions, too. */
function asksForInput(result: JsonObject): boolean {
  for (const key in result) {
    if (key.length === inputRequests.length && foldKey(key) === inputRequests) return true;
  }
  return false;
}

function paramsOf(scan: MessageScan, value: unknown): Params | undefined {
  if (scan.paramMembers === undefined || scan.params === undefined || !isObject(value))
    return undefined;
  return {
    span: scan.params,
    members: scan.paramMembers,
    repeated: scan.repeatedParam,
    value,
  };
}
