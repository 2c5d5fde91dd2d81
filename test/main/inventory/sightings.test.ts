import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSightings, type NewServer, type Sighting } from '../../../main/inventory/sightings.ts';
import { openStateStore } from '../../../main/storage/state-store.ts';
import { tempFolder } from '../storage/temp-folder.ts';
import { entryView, report, sighting } from './inventory-fakes.ts';

/** Sightings over a real store, with a clock that the test turns. */
function make({ rows = [] as Sighting[], fail = (): boolean => false } = {}) {
  const opened = openStateStore(join(tempFolder(), 'state.db'));
  if (!opened.ok) throw new Error(opened.problem.message);
  const { sightings: table, together } = opened.value;
  for (const row of rows) table.save(row);
  const clock = { now: 1_000_000 };
  const told: NewServer[] = [];
  let writes = 0;
  const open = () =>
    makeSightings({
      store: {
        all: () => table.all().rows,
        save(saved) {
          writes += saved.length;
          together(() => {
            for (const row of saved) table.save(row);
          });
        },
        remove: (id) => void table.remove(id),
      },
      now: () => clock.now,
      writtenAt: (file) => (file.endsWith('gone.json') ? undefined : clock.now - 400),
      onNewServer(found) {
        if (fail()) throw new Error('the trail is full');
        told.push(found);
      },
    });
  return {
    sightings: open(),
    again: open,
    clock,
    told,
    kept: () => table.all().rows,
    writes: () => writes,
  };
}

const server = { id: 'srv_1', label: 'npx files', transport: 'stdio' } as const;

describe('a server that was never seen', () => {
  test('is told of with the time since its config was written, and kept', () => {
    const { sightings, told, kept } = make({ rows: [sighting({ serverId: 'srv_0' })] });
    sightings.seen(report([entryView()]));
    expect(told).toEqual([
      {
        serverId: 'srv_1',
        label: 'npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /tmp',
        transport: 'stdio',
        clients: ['cursor'],
        file: '/h/.cursor/mcp.json',
        detectedAfterMs: 400,
        detail:
          'A server was seen for the first time: npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /tmp (cursor), in /h/.cursor/mcp.json 400 ms after it was written.',
      },
    ]);
    expect(kept()[1]).toMatchObject({
      serverId: 'srv_1',
      firstSeenAt: 1_000_000,
      lastSeenAt: 1_000_000,
      detectedAfterMs: 400,
    });
  });

  test('is told of once, by this run and by the next', () => {
    const { sightings, again, told } = make();
    sightings.seen(report([entryView()]));
    sightings.seen(report([entryView()]));
    again().seen(report([entryView()]));
    expect(told).toHaveLength(1);
  });

  test('with the first scan of a machine tells no time: nobody was looking', () => {
    const { sightings, told } = make();
    sightings.seen(report([entryView()]));
    expect(told[0]?.detectedAfterMs).toBeUndefined();
    sightings.seen(report([entryView({ server: 'srv_2' })]));
    expect(told[1]?.detectedAfterMs).toBe(400);
  });

  test('in a file that is gone again tells no time either', () => {
    const { sightings, told } = make({ rows: [sighting({ serverId: 'srv_0' })] });
    sightings.seen(report([entryView()], { file: '/h/gone.json' }));
    expect(told[0]).not.toHaveProperty('detectedAfterMs');
  });

  test('is new again where the trail did not take it', () => {
    let full = true;
    const { sightings, told, kept } = make({ fail: () => full });
    expect(() => sightings.seen(report([entryView()]))).toThrow('full');
    expect(kept()).toEqual([]);
    full = false;
    sightings.seen(report([entryView()]));
    expect(told).toHaveLength(1);
  });

  test('through a connection is told of before any scan', () => {
    const { sightings, told } = make();
    sightings.introduced(server, { name: 'files', version: '1' });
    sightings.called('con_1', server);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ clients: [], file: '' });
  });
});

describe('a server that is known', () => {
  test('is written again for its time once a minute', () => {
    const { sightings, clock, kept, writes } = make({
      rows: [
        sighting({
          firstSeenAt: 1,
          lastSeenAt: 1_000_000,
          label: report([entryView()]).servers[0]?.label ?? '',
        }),
      ],
    });
    clock.now += 59_000;
    sightings.seen(report([entryView()]));
    expect(writes()).toBe(0);
    clock.now += 1_000;
    sightings.seen(report([entryView()]));
    expect(kept()[0]).toMatchObject({ firstSeenAt: 1, lastSeenAt: 1_060_000 });
  });

  test('keeps its versions, newest first, with when each was seen', () => {
    const { sightings, clock, kept } = make({ rows: [sighting()] });
    sightings.introduced(server, { name: 'files', version: '1' });
    clock.now += 90_000;
    sightings.introduced(server, { name: 'files', version: '2' });
    sightings.introduced(server, { name: 'files', version: '2' });
    clock.now += 90_000;
    sightings.introduced(server, { name: 'files', version: '1' });
    expect(kept()[0]?.versions).toEqual([
      { name: 'files', version: '1', firstSeenAt: 1_000_000, lastSeenAt: 1_180_000 },
      { name: 'files', version: '2', firstSeenAt: 1_090_000, lastSeenAt: 1_090_000 },
    ]);
  });

  test('remembers twenty versions, so that one that makes them up fills nothing', () => {
    const { sightings, kept } = make({ rows: [sighting()] });
    for (let n = 0; n < 50; n += 1) sightings.introduced(server, { name: 'x', version: String(n) });
    expect(kept()[0]?.versions.map(({ version }) => version)).toEqual(
      Array.from({ length: 20 }, (_, n) => String(49 - n)),
    );
  });
});

describe('a call', () => {
  test('is the proof of a route: the first is kept at once, the last one with the end', () => {
    const { sightings, clock, kept, writes } = make({ rows: [sighting()] });
    sightings.called('con_1', server);
    expect(kept()[0]?.calls).toEqual({ con_1: 1_000_000 });
    for (let n = 0; n < 30; n += 1) {
      clock.now += 1_000;
      sightings.called('con_1', server);
    }
    expect(writes()).toBe(1);
    expect(sightings.all().get('srv_1')?.calls.con_1).toBe(1_030_000);
    sightings.flush();
    expect(kept()[0]?.calls).toEqual({ con_1: 1_030_000 });
    sightings.flush();
    expect(writes()).toBe(2);
  });

  test('after call is kept once a minute, however close they come', () => {
    const { sightings, clock, writes } = make({ rows: [sighting()] });
    for (let n = 0; n < 300; n += 1) {
      sightings.called('con_1', server);
      clock.now += 500;
    }
    expect(writes()).toBe(3);
  });
});

test('no more than five thousand servers are remembered; those unseen longest go', () => {
  const rows = Array.from({ length: 5_000 }, (_, n) =>
    sighting({ serverId: `srv_${n}x`, lastSeenAt: n }),
  );
  const kept = new Map(rows.map((row) => [row.serverId, row]));
  const removed: string[] = [];
  const sightings = makeSightings({
    store: {
      all: () => [...kept.values()],
      save: () => undefined,
      remove: (id) => void removed.push(id),
    },
    now: () => 10_000,
    writtenAt: () => undefined,
    onNewServer: () => undefined,
  });
  sightings.seen(report([entryView(), entryView({ server: 'srv_2' })]));
  expect(removed).toEqual(['srv_0x', 'srv_1x']);
  expect(sightings.all().size).toBe(5_000);
});
