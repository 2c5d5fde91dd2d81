import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { makeIntake } from './collector-intake.ts';
import { foreign, type Refusal, readRequest } from './collector-request.ts';
import { type CollectorStore, openCollectorStore } from './collector-store.ts';
import type { OpenDatabase } from './database-port.ts';

/** What the collector needs. */
export interface CollectorPorts {
  /** The file of its own database. */
  readonly path: string;
  readonly open: OpenDatabase;
  /** 0: any free port. */
  readonly port: number;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** Base64 raw Ed25519 keys that may sign checkpoints. */
  readonly trustedKeys?: readonly string[];
}

/** How one chain stands. `signedThrough`: up to where the device has said that entries exist. */
export interface ChainStatus {
  readonly chain: string;
  readonly host: string;
  readonly user: string;
  readonly entries: number;
  readonly lastSequence: number;
  readonly checkpoints: number;
  readonly signedThrough: number;
  readonly ok: boolean;
  readonly problems: readonly { readonly sequence: number; readonly message: string }[];
}

/** A running collector. */
export interface Collector {
  readonly port: number;
  /** Where to point the audit endpoint at. */
  readonly endpoint: string;
  status(): { readonly chains: readonly ChainStatus[] };
  close(): Promise<void>;
}

/**
 * A small OTLP/HTTP receiver for one machine: takes what Airlock delivers, keeps each entry once, and tells at
 * `GET /status` whether every chain is whole. It is for trying delivery out and for small sites, not for a fleet.
 */
export async function startCollector(ports: CollectorPorts): Promise<Result<Collector>> {
  const opened = openCollectorStore(ports.path, ports.open);
  if (!opened.ok) return opened;
  const store = opened.value;
  const intake = makeIntake({
    store,
    now: ports.now ?? Date.now,
    trustedKeys: ports.trustedKeys,
  });
  const status = () => ({ chains: store.chains().map((chain) => statusOf(store, chain)) });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = foreign(request);
    if (refusal !== undefined) return refuse(response, refusal);
    const path = request.url?.split('?')[0];
    if (path === '/status') {
      return request.method === 'GET' ? answer(response, 200, status()) : refuse(response, method);
    }
    if (path !== '/v1/logs') {
      return refuse(response, { status: 404, message: 'Send logs to /v1/logs, ask /status.' });
    }
    if (request.method !== 'POST') return refuse(response, method);
    const records = await readRequest(request);
    if ('status' in records) return refuse(response, records);
    const kept = store.together(() => records.filter(intake).length);
    const rejected = records.length - kept;
    const errorMessage = 'They are no entries of an Airlock trail, or contradict what is here.';
    return answer(
      response,
      200,
      rejected === 0
        ? {}
        : { partialSuccess: { rejectedLogRecords: String(rejected), errorMessage } },
    );
  }

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (req, res) => {
    serve(req, res).catch((error: unknown) => {
      // The sender keeps what a full disk could not take, and comes back.
      const problem = store.problemOf(error);
      const message = problem?.message ?? 'The collector failed.';
      if (!res.headersSent) refuse(res, { status: problem === undefined ? 500 : 503, message });
      else res.destroy();
    });
  });
  server.maxConnections = 64;
  const listening = await listen(server, ports.port);
  if (!listening.ok) {
    store.close();
    return listening;
  }
  const port = listening.value;
  return ok({
    port,
    endpoint: `http://127.0.0.1:${port}/v1/logs`,
    status,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      store.close();
    },
  });
}

const method: Refusal = { status: 405, message: 'POST to /v1/logs, GET /status.' };

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A google.rpc.Status, as OTLP wants it; the connection ends, as the body may not have been read. */
function refuse(response: ServerResponse, { status, message }: Refusal): void {
  response.setHeader('connection', 'close');
  answer(response, status, { code: status, message });
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<Result<number>> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = 'code' in error ? error.code : undefined;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') return reject(error);
      resolve(fail('port-taken', `Port ${port} is taken. Choose another one.`));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(ok(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}

function statusOf(
  store: CollectorStore,
  { chain, host, person }: ReturnType<CollectorStore['chains']>[number],
): ChainStatus {
  const { entries, last } = store.extent(chain);
  const { checkpoints, through } = store.signed(chain);
  const missing = entries === last ? [] : store.gaps(chain);
  const problems = [
    ...store.problems(chain).map(({ sequence, message }) => ({ sequence, message })),
    ...missing.map((gap) => ({
      sequence: gap.first,
      message: `Entries ${gap.first} to ${gap.last} have not arrived.`,
    })),
    ...(through > last
      ? [
          {
            sequence: last + 1,
            message: `Entries ${last + 1} to ${through} were signed by the device and have not arrived.`,
          },
        ]
      : []),
  ];
  return {
    chain,
    host,
    user: person,
    entries,
    lastSequence: last,
    checkpoints,
    signedThrough: through,
    ok: problems.length === 0,
    problems,
  };
}
