/**
 * The local endpoint before the echo server on stdio, with policy, inspection and audit on, in plain Node: the app offers
 * its endpoint for remote entries, so this way exists in the product's parts alone. Prints where it listens.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openEndpoint } from '../../main/endpoint/endpoint.ts';
import { openGoverned } from '../interop/governed.ts';

const echo = join(import.meta.dirname, 'echo-server.mjs');
const token = randomBytes(32).toString('base64url');
const hash = createHash('sha256').update(token).digest();
const governed = openGoverned();

async function serve(): Promise<void> {
  const opened = await openEndpoint({
    port: 0,
    tokenHashes: (id) => (id === 'con_echo' ? [hash] : []),
    accept(_id, _facts, client) {
      const child = spawn(process.execPath, [echo], { stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdin.on('error', () => undefined);
      const session = governed.relay(client, { in: child.stdout, out: child.stdin }, 'stdio');
      child.once('exit', () => session.serverGone('The server ended.'));
      return { closed: session.closed.finally(() => child.kill()) };
    },
    refused: ({ message }) => process.stderr.write(`${message}\n`),
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  const { value: endpoint } = opened;
  process.stdout.write(`${JSON.stringify({ url: endpoint.url('con_echo'), token })}\n`);
  process.once('SIGTERM', async () => {
    await endpoint.close();
    governed.close();
    process.exit(0);
  });
}

void serve();
