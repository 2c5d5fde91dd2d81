import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { DeliveryStatus, VerifyReport } from '../shared/audit.ts';
import { fail, ok, type Result } from '../shared/outcome.ts';
import { makeCheckpoints } from './audit/checkpoints.ts';
import { exportTrail } from './audit/export.ts';
import { makeOutbox } from './audit/outbox.ts';
import { verifyTrail } from './audit/verify.ts';
import type { Governance } from './compose-governance.ts';
import { openDatabase, openReadOnly } from './storage/database.ts';

/** What delivery needs beside governance. */
export interface DeliveryPorts {
  readonly data: string;
  readonly version: string;
  readonly endpoint: () => string;
  readonly onChange: () => void;
}

/** Signs the chain as it grows, sends it to the centre, and verifies or exports it when asked. */
export function openDelivery(governance: Governance, ports: DeliveryPorts) {
  const { trail, deviceKey } = governance;
  const file = join(ports.data, 'trail.db');
  const checkpoints = makeCheckpoints({ trail, deviceKey, onChange: ports.onChange });
  const outbox = makeOutbox({
    path: join(ports.data, 'outbox.db'),
    open: openDatabase,
    trail,
    target: () => ({ endpoint: ports.endpoint(), headers: {} }),
    device: { host: hostname(), user: governance.person, version: ports.version },
    onStatus: ports.onChange,
  });
  governance.onAppend((head) => {
    checkpoints.appended(head);
    outbox.appended();
  });

  return {
    start: outbox.kick,
    wake: outbox.kick,
    status: (): DeliveryStatus => outbox.status(),
    async verify(): Promise<VerifyReport> {
      await checkpoints.sign();
      const report = await verifyTrail(file, { open: openReadOnly });
      return report.ok ? report.value : unverified(report.problem.message);
    },
    async exportToFile(): Promise<Result<{ path: string; entries: number }>> {
      await checkpoints.sign();
      const folder = join(ports.data, 'exports');
      const path = join(folder, `audit-${new Date().toISOString().replace(/[:.]/g, '-')}.ndjson`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const out = createWriteStream(path, { flags: 'wx', mode: 0o600 });
        const done = await exportTrail(file, 'ndjson', out, openReadOnly);
        out.end();
        await finished(out);
        return done.ok ? ok({ path, entries: done.value.entries }) : done;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return fail(
          'export-failed',
          `The trail could not be exported (${reason}). Free some disk space, then try again.`,
        );
      }
    },
    async stop(): Promise<void> {
      await checkpoints.stop();
      await outbox.stop();
    },
  };
}

/** A trail that could not be read is not verified, and says why. */
const unverified = (message: string): VerifyReport => ({
  ok: false,
  chain: '',
  entries: 0,
  checkpoints: 0,
  firstSequence: 0,
  lastSequence: 0,
  lastHash: '',
  problems: [{ sequence: 0, message }],
});
