import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const Ready = z.object({ issuer: z.string(), resource: z.string() });

const Seen = z.object({
  grants: z.array(
    z.object({ type: z.string(), resource: z.string().optional(), clientId: z.string() }),
  ),
  revoked: z.array(z.string()),
  refused: z.array(z.string()),
  registered: z.number(),
  calls: z.number(),
});

/** Starts the real authorization server with a resource it protects. Tokens live so many seconds. */
export async function startProvider(accessTokenSeconds = 60) {
  const script = path.join(import.meta.dirname, 'provider-child.mjs');
  const child = spawn(process.execPath, [script, String(accessTokenSeconds)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise<z.infer<typeof Ready>>((resolve, reject) => {
    // What the server says about itself comes on the same stream.
    lines.on('line', (line) => {
      if (line.startsWith('{')) resolve(Ready.parse(JSON.parse(line)));
    });
    child.once('exit', () => reject(new Error('The authorization server did not start.')));
  });
  return {
    ...ready,
    seen: async () => Seen.parse(await (await fetch(`${ready.issuer}/seen`)).json()),
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
