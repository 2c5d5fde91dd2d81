import { isDeepStrictEqual } from 'node:util';
import { parse, parseTree } from 'jsonc-parser';
import { expect } from 'vitest';
import type { Client } from '../../../main/clients/client-record.ts';
import { type ConfigBytes, sha256 } from '../../../main/clients/config-file.ts';
import { connectionOf } from '../../../main/clients/entry.ts';
import { newIdentifier } from '../../../main/clients/identifier.ts';
import type { BackupStore, JournalRecord } from '../../../main/clients/journal.ts';
import { encodeConfig, parseConfig } from '../../../main/clients/parse.ts';
import { planRestore } from '../../../main/clients/restore-plan.ts';
import { type ProtectPlan, planProtect } from '../../../main/clients/rewrite.ts';
import { appendMembers, applyEdits } from '../../../main/clients/text-edit.ts';
import { ok, type Result } from '../../../shared/outcome.ts';
import { bridgeFile, hiding } from './desk.ts';
import type { Format, GeneratedConfig } from './generate.ts';

export const formats: readonly Format[] = ['claude-desktop', 'claude-code', 'cursor', 'vscode'];

const file = '/home/ada/config.json';

const context = () => ({ ...hiding, file, newId: () => newIdentifier('con_'), now: 1 });

/** The value of a result. Throws its problem. */
export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}

const onDisk = (bytes: Buffer): ConfigBytes => ({
  path: file,
  realPath: file,
  bytes,
  hash: sha256(bytes),
  mode: 0o600,
  uid: 0,
  links: 1,
});

const record = (before: Buffer, plan: ProtectPlan, client: Client): JournalRecord => ({
  version: 1,
  id: newIdentifier('jrn_'),
  state: 'written',
  clientId: client.id,
  path: file,
  realPath: file,
  mode: 0o644,
  beforeHash: sha256(before),
  afterHash: sha256(plan.bytes),
  entries: plan.planned.map(({ connection, newHash }) => ({ connection, newHash })),
  plannedAt: 1,
});

const backupOf = (bytes: Buffer): BackupStore => ({
  save: async () => ok(null),
  load: async () => ok(bytes),
  remove: async () => ok(null),
});

/** A restore of bytes that a plan was made for, with its journal and backup. */
export const planFor = (bytes: Buffer, before: Buffer, plan: ProtectPlan, client: Client) =>
  planRestore(onDisk(bytes), client, {
    clients: [client],
    bridgeFile,
    backups: backupOf(before),
    records: [record(before, plan, client)],
  });

/** Checks that a protected config can be read, holds no literal secret, is left alone by a second run, and comes back. */
export async function roundTrips(config: GeneratedConfig, client: Client): Promise<void> {
  const plan = value(planProtect(config.bytes, client, context()));
  if (client.tolerance.comments !== 'yes') JSON.parse(plan.after.text);
  expectNoSecrets(plan, client);
  expectNothingElseChanged(plan, client);

  const again = value(planProtect(plan.bytes, client, context()));
  expect(again.planned).toEqual([]);
  expect(again.bytes.equals(plan.bytes)).toBe(true);
  if (plan.planned.length === 0) {
    expect(plan.bytes.equals(config.bytes)).toBe(true);
    return;
  }
  const restored = value(await planFor(plan.bytes, config.bytes, plan, client));
  expect(restored.kind).toBe('exact');
  expect(restored.mode).toBe(0o644);
  expect(restored.bytes.equals(config.bytes)).toBe(true);
}

function expectNoSecrets(plan: ProtectPlan, client: Client): void {
  const text = plan.after.text;
  for (const { connection, secrets } of plan.planned) {
    expect(Object.keys(secrets).filter((place) => place.startsWith('env.'))).toEqual(
      connection.secretEnv.map((name) => `env.${name}`),
    );
    for (const secret of Object.values(secrets)) {
      const marked = /LITERAL-[0-9a-f]{12}|sk-[0-9a-f]{12}/.exec(secret)?.[0];
      if (marked !== undefined && occurrences(plan.before.text, marked) === 1) {
        expect(text).not.toContain(marked);
      }
    }
  }
  for (const entry of plan.after.entries) {
    if (connectionOf(entry, bridgeFile) === undefined || entry.reading.kind !== 'stdio') continue;
    expect(entry.reading.env.filter(({ placeholder }) => !placeholder)).toEqual([]);
    expect(client.shape.env).toBe('env');
  }
}

const occurrences = (text: string, part: string) => text.split(part).length - 1;

/** Read as values, a protected config differs from the original in command, args and env of the planned entries only. */
function expectNothingElseChanged(plan: ProtectPlan, client: Client): void {
  const planned = new Set(plan.planned.map(({ connection }) => connection.keyPath.join('\0')));
  const stripped = (text: string) => {
    const root: unknown = parse(text);
    for (const path of planned) {
      const entry = at(root, path.split('\0'));
      for (const name of ['command', 'args', 'env']) delete entry[name];
    }
    return root;
  };
  expect(stripped(plan.after.text)).toEqual(stripped(plan.before.text));
  for (const { connection } of plan.planned) {
    const entry = at(parse(plan.after.text), connection.keyPath);
    expect(entry.command).toBe(bridgeFile);
    expect((entry.args as string[])[0]).toBe(connection.id);
    const old = plan.before.entries.find(({ keyPath }) =>
      isDeepStrictEqual(keyPath, connection.keyPath),
    );
    if (old?.reading.kind !== 'stdio') throw new Error('a planned entry starts a server');
    const argv = [old.reading.command, ...old.reading.args];
    expect(connection.argvInFile).toBe(
      client.placeholders !== 'none' && argv.some((part) => part.includes('${')),
    );
    expect((entry.args as string[]).indexOf('--')).toBe(
      connection.argvInFile ? (connection.forwardedEnv.length > 0 ? 3 : 1) : -1,
    );
    const oldEnv = at(parse(plan.before.text), connection.keyPath).env ?? {};
    const left = Object.entries(oldEnv).filter(([name]) => !connection.secretEnv.includes(name));
    expect(entry.env ?? {}).toEqual(Object.fromEntries(left));
  }
}

function at(root: unknown, keyPath: readonly string[]): Record<string, unknown> {
  let node = root as Record<string, unknown>;
  for (const key of keyPath) node = node[key] as Record<string, unknown>;
  return node;
}

/** JSON text with one more member at its end, as a person may add it. */
export function extended(text: string): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root === undefined) throw new Error('unreadable');
  return applyEdits(text, [
    appendMembers(text, root, [{ key: '"added later"', value: '{"a": 1}' }]),
  ]);
}

/** Checks what restore does when the person added a server, and when the client wrote the whole file anew. */
export async function survivesChanges(config: GeneratedConfig, client: Client): Promise<void> {
  const plan = value(planProtect(config.bytes, client, context()));
  if (plan.planned.length === 0) return;

  const { mark } = plan.before;
  const grown = encodeConfig(mark, extended(plan.after.text));
  const partly = value(await planFor(grown, config.bytes, plan, client));
  expect(partly.kind).toBe('entries');
  expect(partly.remarks).toEqual([]);
  expect(partly.bytes.toString()).toBe(encodeConfig(mark, extended(plan.before.text)).toString());

  const rewritten = parse(plan.after.text) as Record<string, unknown>;
  rewritten.numStartups = 99;
  const anew = Buffer.from(JSON.stringify(rewritten, null, 2));
  const back = value(await planFor(anew, config.bytes, plan, client));
  expect(back.remarks).toEqual([]);
  const expected = parse(plan.before.text) as Record<string, unknown>;
  expected.numStartups = 99;
  const parsed = value(parseConfig(back.bytes, client));
  expect(parse(parsed.text)).toEqual(expected);
}
