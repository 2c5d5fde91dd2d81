import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { DeliveryStatus, VerifyReport } from '../../shared/audit.ts';
import { airlock, root } from '../e2e/airlock-app.ts';
import { until, within } from './ledger.ts';
import type { Stage } from './stage.ts';

/** A collector of the company, as a child of ours. */
export interface Collector {
  readonly endpoint: string;
  status(): Promise<{ chains: { ok: boolean; entries: number; lastSequence: number }[] }>;
  /** Ends it and answers its exit code: 0 where every chain holds. */
  stop(): Promise<number | null>;
}

async function endpointOf(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const found = () => /http:\/\/127\.0\.0\.1:\d+\/v1\/logs/.exec(said)?.[0];
  await until('the collector says where it listens', () => found() !== undefined);
  return found() ?? '';
}

/** Starts `airlock collect` and points the app at it, in the dashboard's settings. */
export async function connectCollector(stage: Stage): Promise<Collector> {
  const { desk, ledger } = stage;
  const folder = join(desk.path, 'collector');
  const child = spawn(
    process.execPath,
    [join(root, 'out/cli/airlock.mjs'), 'collect', '--port', '0', '--dir', folder],
    { env: { ...desk.env, AIRLOCK_DATA: desk.data }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  stage.keep(child);
  const endpoint = await endpointOf(child);
  await ledger.check('the audit endpoint is set in the dashboard', async () => {
    const page = await stage.app().dashboard();
    await page.getByTestId('nav-settings').click();
    const field = page.getByRole('textbox', { name: 'Endpoint' });
    await field.fill(endpoint);
    await field.press('Enter');
    await until(
      'the setting is kept',
      async () => (await stage.app().state()).settings.auditEndpoint === endpoint,
    );
    await page.getByTestId('nav-activity').click();
  });
  return {
    endpoint,
    async status() {
      const answer = await fetch(new URL('/status', endpoint), {
        signal: AbortSignal.timeout(5_000),
      });
      return (await answer.json()) as Awaited<ReturnType<Collector['status']>>;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await within(10, 'ending the collector', gone);
      return child.exitCode;
    },
  };
}

/** Everything arrived, and the chain holds. */
export async function evidence(stage: Stage, collector: Collector): Promise<void> {
  const { check } = stage.ledger;
  stage.ledger.act('The evidence');
  await check('the collector has every entry of this machine, in one unbroken chain', async () => {
    let delivery: DeliveryStatus | undefined;
    await until('nothing waits for delivery', async () => {
      const state = await stage.app().state();
      delivery = state.delivery;
      return delivery.pending === 0 && delivery.deliveredThrough === state.trail.sequence;
    });
    const { trail } = await stage.app().state();
    const { chains } = await collector.status();
    assert.equal(chains.length, 1);
    assert.equal(chains[0]?.ok, true);
    assert.equal(chains[0]?.entries, trail.sequence);
    assert.ok(trail.sequence > 40, `${trail.sequence} entries`);
    assert.equal(delivery?.setAside, 0);
  });
  await check('the dashboard finds the chain unbroken and signed', async () => {
    const page = await stage.app().dashboard();
    await page.getByTestId('nav-settings').click();
    await page.getByTestId('verify').click();
    await page.getByText(/last hash/i).waitFor({ timeout: 20_000 });
  });
}

/** After the app has quit: the trail on disk holds, and a changed copy does not. */
export async function afterwards(stage: Stage, collector: Collector): Promise<void> {
  const { desk, ledger } = stage;
  const { check } = ledger;
  await check('audit verify: the chain of the trail on disk holds', async () => {
    const ran = await airlock(desk, 'audit', 'verify', '--json');
    const report = JSON.parse(ran.out) as VerifyReport;
    assert.equal(ran.code, 0, ran.out);
    assert.ok(report.ok && report.checkpoints > 0);
    ledger.tell(`${report.entries} entries, ${report.checkpoints} signed checkpoints`);
  });
  await check('one word changed in a copy of it is found', async () => {
    const copy = join(desk.path, 'copy');
    mkdirSync(copy);
    for (const name of ['trail.db', 'trail.db-wal']) {
      const file = join(desk.data, name);
      if (existsSync(file)) copyFileSync(file, join(copy, name));
    }
    tamper(join(copy, 'trail.db'));
    const ran = await airlock({ ...desk, data: copy }, 'audit', 'verify', '--json');
    assert.equal(ran.code, 1, ran.err);
    const report = JSON.parse(ran.out) as VerifyReport;
    assert.equal(report.ok, false);
    assert.ok(report.problems.length > 0);
    ledger.tell(`entry ${report.problems[0]?.sequence}: ${report.problems[0]?.message}`);
  });
  await check('the collector ends, and every chain it has holds', async () => {
    assert.equal(await collector.stop(), 0);
  });
}

/** Says a denied call was fine, as somebody with the file in hand could. */
function tamper(path: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('DROP TRIGGER entries_stay');
    const changed = database
      .prepare(`UPDATE entries SET body = replace(body, '"denied-by-person"', '"ok"')`)
      .run();
    assert.ok(Number(changed.changes) > 0);
  } finally {
    database.close();
  }
}
