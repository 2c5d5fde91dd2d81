import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fail, ok, type Result } from '../../shared/outcome.ts';

const loopback = '127.0.0.1';

/**
 * Listens on the wanted port of the loopback address, and where that is taken on any free one. The value is the port,
 * which is to be kept for the next run.
 */
export async function listenOnLoopback(server: Server, wanted: number): Promise<Result<number>> {
  const first = await tryPort(server, wanted);
  if (first.ok || wanted === 0) return first;
  return tryPort(server, 0);
}

function tryPort(server: Server, port: number): Promise<Result<number>> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off('listening', listening);
      const message = `Airlock cannot listen on ${loopback}${port === 0 ? '' : `:${port}`} (${error.code ?? error.message}). Clients with remote entries cannot reach it. Start Airlock again; if it stays so, restart the computer.`;
      resolve(fail('cannot-listen', message));
    };
    const listening = () => {
      server.off('error', failed);
      resolve(ok((server.address() as AddressInfo).port));
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen({ host: loopback, port, exclusive: true });
  });
}
