/** What an address answered to one JSON-RPC question over HTTP. */
export interface Heard {
  readonly status: number;
  /** The authorisation it asks for; empty where it asks for none. */
  readonly asks: string;
  /** The session it opened for us, where it did. */
  readonly session?: string;
  /** Its JSON-RPC answer; undefined where it gave none. */
  readonly message?: Readonly<Record<string, unknown>>;
}

/** Most characters of an answer that are looked at: a greeting is small. */
const mostText = 65_536;

/** Asks one question as Streamable HTTP does; redirects are not followed. Rejects where nothing answers. */
export async function askEndpoint(
  ask: typeof fetch,
  url: URL,
  question: { readonly method: string; readonly params: unknown },
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Heard> {
  const response = await ask(url, {
    method: 'POST',
    redirect: 'manual',
    signal,
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...question }),
  });
  const session = response.headers.get('mcp-session-id');
  const message = await answerIn(response);
  return {
    status: response.status,
    asks: response.headers.get('www-authenticate') ?? '',
    ...(session === null ? {} : { session }),
    ...(message === undefined ? {} : { message }),
  };
}

/** Reads only until the answer is whole: an event stream may go on for ever. */
async function answerIn(response: Response): Promise<Heard['message']> {
  const reader = response.body?.getReader();
  if (reader === undefined) return undefined;
  const decoder = new TextDecoder();
  const stream = /event-stream/.test(response.headers.get('content-type') ?? '');
  let text = '';
  try {
    while (text.length < mostText) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      const message = stream ? messageIn(text) : undefined;
      if (message !== undefined) return message;
    }
    return messageIn(text);
  } finally {
    await reader.cancel();
  }
}

/** The JSON-RPC answer in a body, or in the events of a stream. */
function messageIn(text: string): Heard['message'] {
  const events = text.split(/\r?\n\r?\n/).map((event) =>
    event
      .split(/\r?\n/)
      .flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? [])
      .join('\n'),
  );
  for (const candidate of [text, ...events]) {
    if (!candidate.trimStart().startsWith('{')) continue;
    try {
      const message = recordOf(JSON.parse(candidate));
      if (message.jsonrpc === '2.0' && ('result' in message || 'error' in message)) return message;
    } catch {
      // No JSON, or not all of it yet.
    }
  }
  return undefined;
}

/** A value as an object; an empty one where it is none. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
