import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const Ready = z.object({ issuer: z.string() });

const Seen = z.object({
  refreshed: z.number(),
  revoked: z.array(z.string()),
  ended: z.number(),
  asked: z.array(z.string()),
});

/** What a test may change at the provider: a person's claims, and who is no longer there. */
interface Control {
  readonly person?: { readonly id: string; readonly claims: Readonly<Record<string, unknown>> };
  readonly gone?: readonly string[];
}

/** Starts the real identity provider with the people ada and bob. */
export async function startProvider() {
  const script = path.join(import.meta.dirname, 'provider-child.mjs');
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout });
  const { issuer } = await new Promise<z.infer<typeof Ready>>((resolve, reject) => {
    // What the provider says about itself comes on the same stream.
    lines.on('line', (line) => {
      if (line.startsWith('{')) resolve(Ready.parse(JSON.parse(line)));
    });
    child.once('exit', () => reject(new Error('The identity provider did not start.')));
  });
  return {
    issuer,
    seen: async () => Seen.parse(await (await fetch(`${issuer}/seen`)).json()),
    async control(wish: Control) {
      await fetch(`${issuer}/control`, { method: 'POST', body: JSON.stringify(wish) });
    },
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
