import { fieldOf, type HeaderFields } from './header-fields.ts';
import { metaOf, type Posted, type PostedMessage } from './posted-message.ts';
import { type Refusal, wireCodes } from './reply.ts';

/** The revision without sessions that is spoken here. */
export const modernVersion = '2026-07-28';

/** Revisions with a session that a client may have negotiated with the server behind; the first two predate this transport. */
const legacyVersions = ['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

/** What `-32022` lists: those whose transport is served here, the newest first. */
const served = [modernVersion, '2025-11-25', '2025-06-18', '2025-03-26'];

const versionKey = 'io.modelcontextprotocol/protocolVersion';
const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';

/** How a POST is to be served. */
export type Era =
  | { readonly era: 'legacy' }
  | { readonly era: 'modern'; readonly message: PostedMessage }
  | { readonly era: 'refused'; readonly refusal: Refusal };

type Read = Extract<Posted, { ok: true }>;

/**
 * Which era a POST belongs to. The body decides, since it is what the server acts on; the header has to agree with it
 * (2026-07-28, "Server Validation"). A header that names no known revision is refused in either era.
 * `supported` is what the server behind answered to `server/discover`, where it was asked.
 */
export function eraOf(
  fields: HeaderFields,
  posted: Read,
  supported: readonly string[] = served,
): Era {
  const header = fieldOf(fields, 'mcp-protocol-version');
  const modernHeader = header === modernVersion;
  if (posted.batch) {
    if (modernHeader || posted.messages.some(claims))
      return refuse(
        400,
        wireCodes.invalidRequest,
        `Revision ${modernVersion} knows no batches: send every message alone.`,
      );
    return { era: 'legacy' };
  }
  const [message] = posted.messages;
  if (message === undefined) return { era: 'legacy' };
  const { idText, kind, method } = message;
  const claimed = metaOf(message.params)[versionKey];
  if (claimed === undefined && !modernHeader) return { era: 'legacy' };
  const no = (code: number, text: string, data?: Refusal['data']) =>
    refuse(400, code, text, idText, data);

  if (kind === 'response')
    return no(
      wireCodes.invalidRequest,
      `Revision ${modernVersion} lets a client send no responses.`,
    );
  if (claimed === undefined) {
    if (method === 'initialize')
      return no(
        wireCodes.headerMismatch,
        `Revision ${modernVersion}, which MCP-Protocol-Version names, knows no initialize.`,
      );
    return kind === 'notification'
      ? { era: 'modern', message }
      : no(wireCodes.invalidParams, `The request lacks ${versionKey} in its _meta.`);
  }
  if (typeof claimed !== 'string')
    return no(wireCodes.invalidParams, `${versionKey} in the request's _meta is no text.`);
  if (header !== undefined && header !== claimed)
    return no(
      wireCodes.headerMismatch,
      `MCP-Protocol-Version says ${quoted(header)}, the body says ${quoted(claimed)}.`,
    );
  if (legacyVersions.includes(claimed)) return { era: 'legacy' };
  // A later revision may be served like this one where the server has named it. A stdio server might not look.
  if (claimed !== modernVersion && !supported.includes(claimed)) {
    const data = { supported, requested: claimed };
    return no(
      wireCodes.unsupportedVersion,
      `Protocol version ${quoted(claimed)} is not supported.`,
      data,
    );
  }
  return checkModern(fields, message, header) ?? { era: 'modern', message };
}

/**
 * The version header of a legacy request (2025-06-18 and later: an unknown one MUST be refused). `negotiated` is what
 * the session itself agreed on, known here or not.
 */
export function legacyVersionProblem(
  fields: HeaderFields,
  negotiated: string | undefined,
): Refusal | undefined {
  const header = fieldOf(fields, 'mcp-protocol-version');
  if (header === undefined || header === negotiated || legacyVersions.includes(header))
    return undefined;
  return {
    status: 400,
    code: wireCodes.unsupportedVersion,
    message: `MCP-Protocol-Version ${quoted(header)} is not supported.`,
    data: { supported: served, requested: header },
  };
}

const claims = ({ params }: PostedMessage): boolean => metaOf(params)[versionKey] === modernVersion;

/** What `Mcp-Name` mirrors, by method (2026-07-28 "Standard Request Headers", and the tasks extension). */
const nameSources = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

function checkModern(
  fields: HeaderFields,
  message: PostedMessage,
  header: string | undefined,
): Era | undefined {
  const { idText, kind, method, params } = message;
  const mismatch = (text: string) => refuse(400, wireCodes.headerMismatch, text, idText);
  const named = fieldOf(fields, 'mcp-method');
  if (named !== undefined && named !== method)
    return mismatch(`Mcp-Method says ${quoted(named)}, the body says ${quoted(method)}.`);
  const broken = brokenParameter(fields);
  if (broken !== undefined) return mismatch(`The header ${broken} holds no valid text.`);
  // For notifications the revision defines no headers.
  if (kind !== 'request') return undefined;
  const capabilities = metaOf(params)[capabilitiesKey];
  if (typeof capabilities !== 'object' || capabilities === null || Array.isArray(capabilities))
    return refuse(
      400,
      wireCodes.invalidParams,
      `The request lacks ${capabilitiesKey} in its _meta.`,
      idText,
    );
  if (header === undefined) return mismatch('The request lacks the header MCP-Protocol-Version.');
  if (named === undefined) return mismatch('The request lacks the header Mcp-Method.');
  const source = nameSources.get(method);
  const wanted = source === undefined ? undefined : params[source];
  if (typeof wanted !== 'string') return undefined;
  const name = fieldOf(fields, 'mcp-name');
  if (name === undefined) return mismatch('The request lacks the header Mcp-Name.');
  const decoded = decodeValue(name);
  if (decoded === undefined) return mismatch('The header Mcp-Name holds no valid text.');
  return decoded === wanted
    ? undefined
    : mismatch(`Mcp-Name says ${quoted(decoded)}, the body says ${quoted(wanted)}.`);
}

/** A `Mcp-Param-*` that cannot be read. Whether it fits the body only who knows the tool's schema can tell. */
function brokenParameter(fields: HeaderFields): string | undefined {
  for (const [name, values] of fields) {
    if (
      name.startsWith('mcp-param-') &&
      (values.length > 1 || decodeValue(values[0] ?? '') === undefined)
    )
      return name;
  }
  return undefined;
}

const sentinel = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/;

/** The text of a mirrored header: plain ASCII, or Base64 of UTF-8 between `=?base64?` and `?=`; undefined for neither. */
export function decodeValue(value: string): string | undefined {
  if (!/^[\t\x20-\x7e]*$/.test(value)) return undefined;
  if (!(value.startsWith('=?base64?') && value.endsWith('?='))) return value;
  const [, encoded] = sentinel.exec(value) ?? [];
  if (encoded === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(encoded, 'base64'),
    );
  } catch {
    return undefined;
  }
}

/** Text from outside in a sentence of ours: short, and printable whoever shows it. */
const quoted = (text: string): string =>
  JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

function refuse(
  status: number,
  code: number,
  message: string,
  idText?: string,
  data?: Refusal['data'],
): Era {
  const refusal: Refusal = {
    status,
    code,
    message,
    ...(idText === undefined ? {} : { idText }),
    ...(data === undefined ? {} : { data }),
  };
  return { era: 'refused', refusal };
}
