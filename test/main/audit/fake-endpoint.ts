import { createServer, type Server } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach } from 'vitest';

/** What the endpoint does with the next request. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'reset'
  | 'reset-after-reading';

/** One request as it came. */
export interface Received {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly sequences: readonly number[];
  readonly checkpoints: readonly number[];
}

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** An OTLP endpoint that answers 200 unless told otherwise, and keeps every request. */
export async function fakeEndpoint() {
  const replies: Reply[] = [];
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const reply = replies.shift() ?? { status: 200 };
    if (reply === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, ...contents(Buffer.concat(chunks)) });
      if (reply === 'reset-after-reading') {
        request.socket.resetAndDestroy();
        return;
      }
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(reply.body ?? '{}');
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/v1/logs`, replies, received };
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly intValue?: string };
}

function contents(packed: Buffer): Pick<Received, 'sequences' | 'checkpoints'> {
  const { resourceLogs } = JSON.parse(gunzipSync(packed).toString());
  const records: { eventName: string; attributes: Attribute[] }[] =
    resourceLogs[0].scopeLogs[0].logRecords;
  const sequences = (checkpoint: boolean) =>
    records
      .filter(({ eventName }) => (eventName === 'airlock.checkpoint') === checkpoint)
      .map(({ attributes }) =>
        Number(attributes.find(({ key }) => key === 'airlock.sequence')?.value.intValue),
      );
  return { sequences: sequences(false), checkpoints: sequences(true) };
}
