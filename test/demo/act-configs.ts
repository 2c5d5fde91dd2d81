import assert from 'node:assert/strict';
import { type ParseError, parse } from 'jsonc-parser';
import type { FileChange, FilePreview, ScanReport } from '../../shared/client.ts';
import { airlock } from '../e2e/airlock-app.ts';
import { claudeCode, claudeDesktop, clients, cursor, type Desk, secret, vscode } from './desk.ts';
import type { Stage } from './stage.ts';

const unchanged = (desk: Desk): void => {
  for (const { file } of clients) assert.equal(desk.read(file), desk.originals.get(file), file);
};

const entries = (report: ScanReport) =>
  report.clients.flatMap((client) =>
    client.files.flatMap((file) => file.entries.map((entry) => ({ client, entry }))),
  );

interface ConfigEntry {
  readonly command: string;
  readonly args: readonly string[];
}

/** Every server entry of a config as it stands now; throws where the file does not parse as its client would. */
function serversOf(desk: Desk, { file, key }: (typeof clients)[number]): ConfigEntry[] {
  const text = desk.read(file);
  if (file !== vscode.file) {
    return Object.values(
      (JSON.parse(text) as Record<string, Record<string, ConfigEntry>>)[key] ?? {},
    );
  }
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true });
  assert.deepEqual(errors, []);
  return Object.values((value as Record<string, Record<string, ConfigEntry>>)[key] ?? {});
}

/** Finding the configs, and taking their servers over without losing a byte of the rest. */
export async function takeOver({ desk, ledger }: Stage): Promise<void> {
  const { check } = ledger;
  ledger.act('Find what AI clients can reach, and take it over');
  await check('scan finds all four clients and their six servers, every one direct', async () => {
    const ran = await airlock(desk, 'scan', '--json');
    assert.equal(ran.code, 0, ran.err);
    const report = JSON.parse(ran.out) as ScanReport;
    assert.deepEqual(
      report.clients.map((client) => client.id).sort(),
      clients.map((client) => client.id).sort(),
    );
    const found = entries(report);
    assert.equal(found.length, 6);
    assert.ok(found.every(({ entry }) => entry.routeState === 'direct'));
    assert.equal(report.servers.length, 4, 'the same server in three clients is one');
    const sighted = found.find(({ client, entry }) => client.id === 'cursor' && entry.secrets[0]);
    assert.equal(sighted?.entry.secrets[0]?.location, 'env.DEMO_TOKEN');
    assert.ok(!ran.out.includes(secret), 'a scan never shows a secret');
  });
  await check('protect --dry-run shows a diff for each file and changes nothing', async () => {
    const ran = await airlock(desk, 'protect', '--dry-run', '--json');
    assert.equal(ran.code, 0, ran.err);
    const { files } = JSON.parse(ran.out) as { files: FilePreview[] };
    assert.equal(files.length, 4);
    assert.ok(files.every((file) => file.diff.includes('airlock-bridge')));
    assert.ok(!ran.out.includes(secret), 'a diff never shows a secret');
    unchanged(desk);
  });
  await check('protect rewrites all four configs', async () => {
    const ran = await airlock(desk, 'protect', '--json');
    assert.equal(ran.code, 0, ran.err + ran.out);
    const { files } = JSON.parse(ran.out) as { files: FileChange[] };
    assert.deepEqual(
      files.map((file) => file.result),
      ['changed', 'changed', 'changed', 'changed'],
    );
  });
  await check('every config still parses as its client reads it, and leads to Airlock', () => {
    const servers = clients.flatMap((client) => serversOf(desk, client));
    assert.equal(servers.length, 6);
    assert.ok(servers.every((server) => server.command.includes('airlock-bridge')));
  });
  await check('comments, tabs and everything that is not a server stay as they were', () => {
    const code = desk.read(vscode.file);
    for (const kept of [
      "\t// the team's servers; keep this comment",
      '"password": true },\n\t],',
    ]) {
      assert.ok(code.includes(kept), kept);
    }
    const claude = desk.read(claudeCode.file);
    assert.ok(claude.includes('{"id": 12345678901234567890, "ratio": 1.0}'));
    assert.ok(claude.includes('say \\u00e9'));
    assert.equal(JSON.parse(desk.read(claudeDesktop.file)).preferences.scale, 1.25);
  });
  await check("the secret left Cursor's config", () => {
    assert.ok(desk.originals.get(cursor.file)?.includes(secret));
    assert.ok(!desk.read(cursor.file).includes(secret));
  });
}

/** Giving everything back, after the app has quit. */
export async function giveBack({ desk, ledger }: Stage): Promise<void> {
  const { check } = ledger;
  ledger.act('Give everything back');
  await check('restore --yes brings all four configs back', async () => {
    const ran = await airlock(desk, 'restore', '--yes', '--json');
    assert.equal(ran.code, 0, ran.err + ran.out);
    const { files } = JSON.parse(ran.out) as { files: FileChange[] };
    assert.deepEqual(
      files.map((file) => file.result),
      ['restored-exact', 'restored-exact', 'restored-exact', 'restored-exact'],
    );
  });
  await check('each of them is byte for byte the original', () => unchanged(desk));
}
