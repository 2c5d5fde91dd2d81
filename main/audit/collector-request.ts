import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { isLoopback } from './endpoint.ts';
import { chainAttributes } from './otlp.ts';

/** A request that is not served: the HTTP status and one sentence. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** What the collector takes out of one log record; undefined members were not there. */
export interface ReceivedRecord {
  readonly host: string;
  readonly user: string;
  readonly entry: string | undefined;
  readonly hash: string | undefined;
  readonly checkpoint: string | undefined;
}

/** Most bytes of a request as it comes, and unpacked: a batch has one mebibyte. */
export const requestLimit = 4 * 1024 * 1024;
export const unpackedLimit = 16 * 1024 * 1024;

const Attribute = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional() }).optional(),
});
const Attributes = z.array(Attribute).default([]);

/** ExportLogsServiceRequest, as far as the collector reads it. */
const Request = z.object({
  resourceLogs: z
    .array(
      z.object({
        resource: z.object({ attributes: Attributes }).default({ attributes: [] }),
        scopeLogs: z
          .array(
            z.object({ logRecords: z.array(z.object({ attributes: Attributes })).default([]) }),
          )
          .default([]),
      }),
    )
    .default([]),
});

const unpack = promisify(gunzip);

/**
 * Why a request is not from a program of this machine: a web page reaches a local port through a name of its own
 * (DNS rebinding), which shows in Host, and names its Origin.
 */
export function foreign({ headers }: IncomingMessage): Refusal | undefined {
  const name = headers.host?.replace(/:\d+$/, '') ?? '';
  if (!isLoopback(name)) {
    return { status: 403, message: 'This collector serves this machine alone, under 127.0.0.1.' };
  }
  if (headers.origin !== undefined) {
    return { status: 403, message: 'This collector does not serve web pages.' };
  }
  return undefined;
}

/** Reads the log records of a request, within its limits. */
export async function readRequest(
  request: IncomingMessage,
): Promise<readonly ReceivedRecord[] | Refusal> {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json') {
    return { status: 415, message: 'Send OTLP logs as JSON, with content-type application/json.' };
  }
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    return { status: 415, message: 'Send the body as it is or with content-encoding gzip.' };
  }
  const packed = await bodyOf(request);
  if (packed === undefined) return tooLarge;
  const body = encoding === 'gzip' ? await unpacked(packed) : packed;
  return Buffer.isBuffer(body) ? recordsOf(body) : body;
}

const tooLarge: Refusal = { status: 413, message: 'The request is too large. Send fewer records.' };

/** The body; undefined where it is larger than allowed. The rest is not read then. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > requestLimit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Kept open when left early: the refusal has to go back over the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > requestLimit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function unpacked(body: Buffer): Promise<Buffer | Refusal> {
  try {
    return await unpack(body, { maxOutputLength: unpackedLimit });
  } catch (error) {
    const bomb = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return bomb ? tooLarge : { status: 400, message: 'The body is not gzip, as its header says.' };
  }
}

function recordsOf(body: Buffer): readonly ReceivedRecord[] | Refusal {
  let parsed: ReturnType<typeof Request.safeParse>;
  try {
    parsed = Request.safeParse(JSON.parse(body.toString('utf8')));
  } catch {
    return { status: 400, message: 'The body is not JSON.' };
  }
  if (!parsed.success) {
    return { status: 400, message: 'The body is not an ExportLogsServiceRequest of OTLP.' };
  }
  return parsed.data.resourceLogs.flatMap(({ resource, scopeLogs }) => {
    const host = text(resource.attributes, 'host.name') ?? '';
    const user = text(resource.attributes, 'user.name') ?? '';
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ attributes }) => ({
        host,
        user,
        entry: text(attributes, chainAttributes.entry),
        hash: text(attributes, chainAttributes.hash),
        checkpoint: text(attributes, chainAttributes.checkpoint),
      })),
    );
  });
}

const text = (attributes: z.infer<typeof Attributes>, key: string): string | undefined =>
  attributes.find((attribute) => attribute.key === key)?.value?.stringValue;
