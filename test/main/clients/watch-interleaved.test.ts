import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeWatchDesk, type WatchDesk } from '../../fakes/configs/watch-desk.ts';

const cursorFile = '.cursor/mcp.json';

/** What the client has in memory: its settings, and its servers as they were before Airlock or as it read them. */
interface Write {
  readonly theme: number;
  /** Direct entries it writes, by name; the number is a part of the command. */
  readonly servers: Readonly<Record<string, number>>;
  /** Whether it reads our entries first and keeps them, or writes what it remembers. */
  readonly reads: boolean;
}

const names = ['a', 'b', 'c'] as const;
const write: fc.Arbitrary<Write> = fc.record({
  theme: fc.nat({ max: 99 }),
  servers: fc.dictionary(fc.constantFrom(...names), fc.nat({ max: 1 }), { maxKeys: 3 }),
  reads: fc.boolean(),
});

/**
 * The steps of a re-application at which a client may get a word in. Between the last comparison and the rename, well
 * under a millisecond, nothing that POSIX has could hold a client off that does not ask for a lock.
 */
const steps = [
  'journal planned',
  'backup sealed',
  'write: synced',
  'write: folder-synced',
] as const;
const turn = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), write }),
  fc.record({ kind: fc.constant('look' as const) }),
  fc.record({ kind: fc.constant('amid' as const), write, step: fc.constantFrom(...steps) }),
  fc.record({ kind: fc.constant('time' as const), ms: fc.nat({ max: 40_000 }) }),
);

test('any order of writes and looks ends with what the client wrote last, routed, or with giving up', async () => {
  let gaveUp = 0;
  let routed = 0;
  const property = fc.asyncProperty(
    fc.array(turn, { maxLength: 24, size: 'max' }),
    async (turns) => {
      let amid: { readonly step: string; readonly write: Write } | undefined;
      const desk: WatchDesk = makeWatchDesk(
        { onNewEntry: () => 'route' },
        {
          onStep: (step) => {
            if (amid?.step !== step) return;
            const { write } = amid;
            amid = undefined;
            put(write);
          },
        },
      );
      let last = {} as { theme: number; entries: Record<string, unknown> };
      const inFile = () =>
        JSON.parse(desk.read(cursorFile)) as { theme: number; mcpServers: Record<string, unknown> };
      const put = ({ theme, servers, reads }: Write) => {
        const direct = Object.fromEntries(
          Object.entries(servers).map(([name, n]) => [name, { command: `run-${n}`, args: [name] }]),
        );
        const kept = reads && desk.events.length > 0 ? inFile().mcpServers : {};
        last = { theme, entries: { ...kept, ...direct } };
        desk.put(cursorFile, JSON.stringify({ theme, mcpServers: last.entries }));
      };
      try {
        put({ theme: 0, servers: { a: 0, b: 0 }, reads: false });
        await desk.protectAll();
        const file = desk.file('cursor', cursorFile);
        await file.look();
        for (const one of turns) {
          if (one.kind === 'write') put(one.write);
          else if (one.kind === 'time') desk.clock += one.ms;
          else {
            amid = one.kind === 'amid' ? one : undefined;
            await file.look();
          }
        }
        amid = undefined;
        let looks = 0;
        const told = desk.kinds().filter((kind) => kind === 'gave-up').length;
        for (let again: number | undefined = 0; again === 0 && looks < 9; looks += 1) {
          again = (await file.look()).againMs;
        }
        // A client that has its last word is answered in a few looks, never in more and more of them.
        expect(looks).toBeLessThan(6);
        const now = inFile();
        if (last.theme !== undefined && turns.length > 0) expect(now.theme).toBe(last.theme);
        expect(Object.keys(now.mcpServers).sort()).toEqual(Object.keys(last.entries).sort());
        const given = desk.kinds().filter((kind) => kind === 'gave-up').length;
        const waiting = given > 0 && Object.values(desk.routes(cursorFile)).includes(false);
        if (waiting) {
          gaveUp += 1;
          for (const [name, isRouted] of Object.entries(desk.routes(cursorFile))) {
            if (!isRouted) expect(now.mcpServers[name]).toEqual(last.entries[name]);
          }
        } else {
          routed += 1;
          expect(Object.values(desk.routes(cursorFile))).not.toContain(false);
          for (const { name, command, args } of desk.active()) {
            const entry = last.entries[name] as { command: string; args: string[] } | undefined;
            if (entry?.command.startsWith('run-')) {
              expect({ command, args }).toEqual({ command: entry.command, args: entry.args });
            }
          }
        }
        expect(told).toBeLessThanOrEqual(given);
        expect(desk.errors).toEqual([]);
      } finally {
        desk.close();
      }
    },
  );
  await fc.assert(property, {
    numRuns: 60,
    interruptAfterTimeLimit: 30_000,
    markInterruptAsFailure: false,
  });
  // Both ends were really reached.
  expect(routed).toBeGreaterThan(0);
  expect(gaveUp).toBeGreaterThan(0);
}, 120_000);
