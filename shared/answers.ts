/**
 * Error codes of answers that Airlock gives in a server's place. JSON-RPC's own keep their meaning; ours lie outside
 * -32768..-32000, which JSON-RPC and MCP reserve.
 */
export const answerCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  invalidParams: -32602,
  /** A rule, a person or the kill switch refused. */
  refused: -31001,
  /** The server exited before it answered. */
  serverGone: -31002,
  /** The server could not be started. */
  notStarted: -31003,
  /** The server answered, but what it said could not be passed on. */
  unreadableAnswer: -31004,
  /** The bridge found no running Airlock. */
  airlockUnreachable: -31005,
  /** The server asked a client that does not listen; this answers the server in the client's place. */
  clientSilent: -31006,
} as const;

/** A JSON-RPC error as one line of text without its newline. `idText` is the id's own JSON text. */
export function errorAnswer(
  idText: string,
  code: number,
  message: string,
  data?: Readonly<Record<string, unknown>>,
): string {
  const error = JSON.stringify(data === undefined ? { code, message } : { code, message, data });
  return `{"jsonrpc":"2.0","id":${idText},"error":${error}}`;
}

/**
 * A refused `tools/call`: a tool result that says error, so that the model reads the sentence. Since protocol version
 * 2026-07-28 (`modern`) a result names its type.
 */
export function toolRefusal(idText: string, sentence: string, modern: boolean): string {
  const content = JSON.stringify([{ type: 'text', text: sentence }]);
  const type = modern ? '"resultType":"complete",' : '';
  return `{"jsonrpc":"2.0","id":${idText},"result":{${type}"content":${content},"isError":true}}`;
}

/** The member of a request's `params._meta` that only clients of protocol version 2026-07-28 and later send. */
export const protocolVersionKey = 'io.modelcontextprotocol/protocolVersion';
