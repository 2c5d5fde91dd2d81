import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import { retryAfter } from './backoff.ts';
import type { Target } from './endpoint.ts';
import type { ExportRequest } from './otlp.ts';

/** What became of a request. `delivered` with `rejected` > 0: the endpoint took it and threw some records away. */
export type Posted =
  | { readonly result: 'delivered'; readonly rejected: number; readonly message: string }
  | { readonly result: 'retry'; readonly message: string; readonly afterMs?: number | undefined }
  | { readonly result: 'too-large' | 'refused'; readonly status: number; readonly message: string };

/** What posting needs from outside. */
export interface PostPorts {
  readonly fetch: typeof fetch;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly version: string;
}

/** The part of ExportLogsServiceResponse that matters; 64-bit integers may come as strings. */
const Response = z.object({
  partialSuccess: z
    .object({
      rejectedLogRecords: z.coerce.number().nonnegative().catch(0).default(0),
      errorMessage: z.string().catch('').default(''),
    })
    .optional(),
});

const compress = promisify(gzip);
const timeoutMs = 30_000;
const responseLimit = 64 * 1024;

/**
 * Posts a batch to an OTLP/HTTP logs endpoint as gzipped JSON (OTLP 1.x). Never throws for what the network or the
 * endpoint does. Redirects are not followed: a sign-in page of a hotel must not count as delivery.
 */
export async function postBatch(
  request: ExportRequest,
  { endpoint, headers }: Target,
  ports: PostPorts,
  stop: AbortSignal,
): Promise<Posted> {
  const body = await compress(JSON.stringify(request));
  let response: globalThis.Response;
  let text: string;
  // By hand: AbortSignal.any of Node 20 may lose its listeners to the garbage collector.
  const ending = new AbortController();
  const end = () => ending.abort(stop.reason);
  const timer = setTimeout(() => ending.abort(new Error('timed out')), timeoutMs);
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  try {
    response = await ports.fetch(endpoint, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'user-agent': `airlock-desktop/${ports.version}`,
      },
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: ending.signal,
    });
    text = await beginning(response);
  } catch (error) {
    return { result: 'retry', message: networkMessage(error) };
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
  return judge(response, text, ports.now());
}

function judge(response: globalThis.Response, text: string, now: number): Posted {
  const { status } = response;
  const said = readable(text);
  const message = `The audit endpoint answered ${status}${said === '' ? '' : `: ${said}`}.`;
  if (status >= 200 && status < 300) return delivered(text);
  if (status === 408 || status === 429 || status >= 500 || status < 400) {
    return {
      result: 'retry',
      message,
      afterMs: retryAfter(response.headers.get('retry-after'), now),
    };
  }
  return { result: status === 413 ? 'too-large' : 'refused', status, message };
}

function delivered(text: string): Posted {
  let partial: z.infer<typeof Response>['partialSuccess'];
  try {
    partial = Response.parse(JSON.parse(text)).partialSuccess;
  } catch {
    // A body that is no OTLP response does not take back a 2xx.
    partial = undefined;
  }
  const rejected = partial?.rejectedLogRecords ?? 0;
  const said = readable(partial?.errorMessage ?? '');
  const message =
    rejected > 0
      ? `The audit endpoint threw ${rejected} entries away${said === '' ? '' : `: ${said}`}.`
      : '';
  return { result: 'delivered', rejected, message };
}

/** The beginning of a response, however long it is. */
async function beginning(response: globalThis.Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= responseLimit) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, responseLimit);
}

/** What an endpoint says, short and without control characters, as it is shown to people. */
const readable = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);

function networkMessage(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return `The audit endpoint cannot be reached (${code === '' ? readable(String(cause)) : code}).`;
}
