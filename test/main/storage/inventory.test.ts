import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import type { SightingRecord } from '../../../main/storage/inventory.ts';
import { openStateStore } from '../../../main/storage/state-store.ts';
import { tempFolder } from './temp-folder.ts';

const record: SightingRecord = {
  serverId: 'srv_1',
  label: 'npx files',
  transport: 'stdio',
  firstSeenAt: 1,
  lastSeenAt: 2,
  detectedAfterMs: 300,
  versions: [{ name: 'files', version: '1.0', firstSeenAt: 1, lastSeenAt: 2 }],
  calls: { con_1: 2 },
};

function openAt(path: string) {
  const opened = openStateStore(path);
  if (!opened.ok) throw new Error(opened.problem.message);
  return opened.value;
}

test('what was seen of a server survives the end of the app', () => {
  const path = join(tempFolder(), 'state.db');
  const store = openAt(path);
  store.sightings.save(record);
  store.sightings.save({ ...record, lastSeenAt: 3 });
  store.close();
  const again = openAt(path);
  expect(again.sightings.all()).toEqual({ rows: [{ ...record, lastSeenAt: 3 }], unreadable: [] });
  expect(again.sightings.remove('srv_1')).toBe(true);
  expect(again.sightings.all().rows).toEqual([]);
  again.close();
});

test('a file from before there were sightings gets their table and keeps the rest', () => {
  const path = join(tempFolder(), 'state.db');
  const store = openAt(path);
  store.notes.put('kept', 'yes');
  store.close();
  const db = new DatabaseSync(path);
  db.exec('DROP TABLE sightings; PRAGMA user_version=1');
  db.close();
  const again = openAt(path);
  expect(again.setAside).toBeUndefined();
  expect(again.notes.get('kept')).toBe('yes');
  again.sightings.save(record);
  expect(again.sightings.all().rows).toEqual([record]);
  again.close();
});

test('a record that cannot be read is told of and leaves the others', () => {
  const path = join(tempFolder(), 'state.db');
  const store = openAt(path);
  store.sightings.save(record);
  const db = new DatabaseSync(path);
  db.exec(`INSERT INTO sightings (key, value) VALUES ('srv_2', '{"serverId":2}')`);
  db.close();
  const { rows, unreadable } = store.sightings.all();
  expect(rows).toEqual([record]);
  expect(unreadable).toMatchObject([{ table: 'sightings', key: 'srv_2' }]);
  store.close();
});
