import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { openStateStore, type StateStore } from '../../../main/storage/state-store.ts';
import type { Grant } from '../../../shared/approval.ts';
import type { Connection } from '../../../shared/client.ts';
import type { Kill } from '../../../shared/kill.ts';
import { childProcess } from './child.ts';
import { tempFolder } from './temp-folder.ts';

const connection: Connection = {
  id: 'con_1',
  clientId: 'cursor',
  clientName: 'Cursor',
  file: '/home/ada/.cursor/mcp.json',
  keyPath: ['mcpServers', 'files'],
  name: 'files',
  serverId: 'srv_1',
  serverLabel: 'npx files',
  command: 'npx',
  args: ['files', { secret: 'args[1]' }],
  secretEnv: ['TOKEN'],
  forwardedEnv: [],
  argvInFile: false,
  createdAt: 1,
};

const grant: Grant = {
  id: 'grant_1',
  connectionId: 'con_1',
  connectionName: 'files',
  clientName: 'Cursor',
  serverId: 'srv_1',
  serverLabel: 'npx files',
  method: 'tools/call',
  tool: 'write_file',
  pin: 'pin',
  scope: 'tool',
  duration: 'always',
  riskLevel: 'write',
  policyHash: 'p',
  createdAt: 1,
  by: 'ada',
};

const kill: Kill = { id: 'kill_1', scope: { kind: 'all' }, origin: 'tray', by: 'ada', at: 1 };

const pin = {
  serverId: 'srv_1',
  serverLabel: 'npx files',
  tool: 'write_file',
  state: 'changed' as const,
  acceptedHash: 'a',
  acceptedText: '{}',
  heldHash: 'b',
  heldText: '{"x":1}',
  findings: [],
  firstSeenAt: 1,
  changedAt: 2,
  acceptedAt: 1,
  acceptedBy: 'first-sight',
};

const open = (path: string): StateStore => {
  const store = openStateStore(path, () => 9);
  if (!store.ok) throw new Error(store.problem.message);
  return store.value;
};

const statePath = () => join(tempFolder(), 'state.db');

/** Writes over the file what no code of ours would. */
function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

test('what was stored is there after a restart, just as it was', () => {
  const path = statePath();
  const first = open(path);
  first.connections.save(connection);
  first.grants.save(grant);
  first.kills.save(kill);
  first.pins.save(pin);
  first.notes.put('seen', 'welcome');
  first.close();

  const second = open(path);
  expect(second.connections.all()).toEqual({ rows: [connection], unreadable: [] });
  expect(second.connections.get('con_1')).toEqual(connection);
  expect(second.grants.all()).toEqual([grant]);
  expect(second.kills.all()).toEqual({ ok: true, value: [kill] });
  expect(second.pins.get('srv_1', 'write_file')).toEqual(pin);
  expect(second.notes.get('seen')).toBe('welcome');
  expect(second.setAside).toBeUndefined();
  second.close();
});

test('a row written again keeps its place; a removed one is gone', () => {
  const store = open(statePath());
  store.grants.save(grant);
  store.grants.save({ ...grant, id: 'grant_2' });
  store.grants.save({ ...grant, dead: 'revoked' });
  expect(store.grants.all().map(({ id, dead }) => [id, dead])).toEqual([
    ['grant_1', 'revoked'],
    ['grant_2', undefined],
  ]);
  expect(store.grants.remove('grant_1')).toBe(true);
  expect(store.grants.remove('grant_1')).toBe(false);
  expect(store.connections.get('none')).toBeUndefined();
  store.notes.put('a', '1');
  store.notes.remove('a');
  expect(store.notes.get('a')).toBeUndefined();
  store.close();
});

test('pins of servers and tools with awkward names stay apart', () => {
  const store = open(statePath());
  store.pins.save({ ...pin, serverId: 'a', tool: 'b","c' });
  store.pins.save({ ...pin, serverId: 'a","b', tool: 'c' });
  expect(store.pins.all().rows).toHaveLength(2);
  expect(store.pins.remove('a', 'b","c')).toBe(true);
  expect(store.pins.get('a","b', 'c')?.tool).toBe('c');
  store.close();
});

describe('a row that cannot be read', () => {
  test.each(["'{'", "'{}'", "'null'"])('is skipped and reported: %s', (value) => {
    const path = statePath();
    const store = open(path);
    store.grants.save(grant);
    store.grants.save({ ...grant, id: 'grant_2' });
    tamper(path, `UPDATE grants SET value = ${value} WHERE key = 'grant_1'`);
    expect(store.grants.all().map(({ id }) => id)).toEqual(['grant_2']);
    expect(store.grants.read().unreadable).toEqual([
      { table: 'grants', key: 'grant_1', reason: expect.stringMatching(/./) },
    ]);
    store.connections.save(connection);
    tamper(path, `UPDATE connections SET value = ${value}`);
    expect(store.connections.get('con_1')).toBeUndefined();
    store.close();
  });

  test('among the kills is a problem, until everything is resumed', () => {
    const path = statePath();
    const store = open(path);
    store.kills.save(kill);
    store.kills.save({ ...kill, id: 'kill_2' });
    tamper(path, "UPDATE kills SET value = '{}' WHERE key = 'kill_2'");
    expect(store.kills.all()).toMatchObject({ ok: false, problem: { code: 'kills-unreadable' } });
    store.kills.clear();
    expect(store.kills.all()).toEqual({ ok: true, value: [] });
    store.close();
  });
});

test('a kills table that cannot be read at all is a problem', () => {
  const path = statePath();
  const store = open(path);
  store.kills.save(kill);
  store.close();
  const bytes = readFileSync(path);
  const at = bytes.indexOf('"kill_1"');
  // The page that holds the row, from its header on.
  const size = bytes.readUInt16BE(16);
  const page = Math.floor(at / size) * size;
  writeFileSync(path, bytes.fill(0xff, page, page + 200));
  const spoilt = open(path);
  expect(spoilt.kills.all()).toMatchObject({ ok: false, problem: { code: 'database-damaged' } });
  spoilt.close();
});

describe('a damaged file', () => {
  test('leaves everything killed where its kills cannot be read', () => {
    const path = statePath();
    writeFileSync(path, 'not a database, though it should be one');
    const store = open(path);
    expect(store.setAside).toBe(`${path}.damaged-9`);
    expect(store.kills.all()).toMatchObject({
      ok: true,
      value: [{ scope: { kind: 'all' }, by: 'Airlock', at: 9 }],
    });
    store.close();
  });

  test('hands its kills on where they can be read', () => {
    const path = statePath();
    const before = open(path);
    before.kills.save(kill);
    before.close();
    tamper(path, 'PRAGMA application_id = 7');
    const store = open(path);
    expect(store.setAside).toBe(`${path}.damaged-9`);
    expect(store.kills.all()).toEqual({ ok: true, value: [kill] });
    expect(store.connections.all().rows).toEqual([]);
    store.close();
  });
});

test('a change by another connection shows, our own does not', () => {
  const path = statePath();
  const store = open(path);
  const other = open(path);
  expect(store.changed()).toBe(false);
  store.kills.save(kill);
  expect(store.changed()).toBe(false);
  const version = store.kills.version();
  other.kills.save({ ...kill, id: 'kill_2' });
  expect(store.changed()).toBe(true);
  expect(store.changed()).toBe(false);
  expect(store.kills.version()).toBeGreaterThan(version);
  const after = store.kills.version();
  other.kills.remove('kill_2');
  expect(store.kills.version()).toBeGreaterThan(after);
  other.grants.save(grant);
  expect(store.changed()).toBe(true);
  other.close();
  store.close();
});

test('what is done together is done whole or not at all', () => {
  const store = open(statePath());
  expect(() =>
    store.together(() => {
      store.grants.save(grant);
      throw new Error('half-way');
    }),
  ).toThrow('half-way');
  expect(store.grants.all()).toEqual([]);
  expect(store.together(() => store.grants.save(grant))).toBeUndefined();
  expect(store.grants.all()).toEqual([grant]);
  store.close();
});

test('two processes write at once and lose nothing', async () => {
  const path = statePath();
  const children = ['a', 'b'].map((name) =>
    childProcess('storage/state-writer.ts', path, name, '200'),
  );
  const store = open(path);
  for (let n = 0; n < 200; n += 1) store.connections.save({ ...connection, id: `own-${n}` });
  expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0]);
  expect(store.connections.all().rows).toHaveLength(600);
  store.close();
}, 30_000);
