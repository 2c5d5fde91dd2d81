import { describe, expect, test } from 'vitest';
import { memoryStore, pinDesk, tool } from './pin-fakes.ts';

describe('lists that cannot be trusted', () => {
  test('a name listed twice is withheld twice over, even where both are the same', () => {
    for (const second of ['One.', 'Other.']) {
      const { pins, list } = pinDesk();
      const { withheld } = list(tool('a', 'One.'), tool('b', 'x'), tool('a', second));
      expect([...withheld.keys()]).toEqual(['a']);
      expect(withheld.get('a')).toContain('two tools');
      expect(pins.lookup('srv_1', 'a')).toMatchObject({
        state: 'quarantined',
        findings: [{ code: 'duplicate-tool-name' }],
      });
      const hash = pins.held()[0]?.heldHash ?? '';
      expect(pins.accept('srv_1', 'a', hash, 'ada')).toMatchObject({
        ok: false,
        problem: { code: 'not-acceptable' },
      });
    }
  });

  test('a duplicate of an accepted tool holds it until it is gone', () => {
    const { pins, list } = pinDesk();
    list(tool('a', 'One.'));
    list(tool('a', 'One.'), tool('a', 'One.'));
    expect(pins.lookup('srv_1', 'a').state).toBe('changed');
    list(tool('a', 'One.'));
    expect(pins.lookup('srv_1', 'a').state).toBe('accepted');
  });

  test('a definition nested too deeply holds even a tool that was accepted before', () => {
    let deep: unknown = {};
    for (let level = 0; level < 5000; level += 1) deep = { a: deep };
    const { pins, list } = pinDesk();
    list(tool('a', 'One.'));
    expect(list(tool('a', 'One.', { inputSchema: deep })).withheld.get('a')).toContain(
      'nested too deeply',
    );
    expect(pins.lookup('srv_1', 'a').state).toBe('changed');
    const hash = pins.held()[0]?.heldHash ?? '';
    expect(pins.accept('srv_1', 'a', hash, 'ada')).toMatchObject({
      ok: false,
      problem: { code: 'not-acceptable' },
    });
  });

  test('a key that stands twice in the source is grave, a rounded number is not', () => {
    const { pins } = pinDesk();
    const see = (name: string, source: string) =>
      pins.seeList('srv_1', 'x', [{ name, definition: JSON.parse(source), source }]).withheld.size;
    expect(see('a', '{"name":"a","description":"bad","description":"good"}')).toBe(1);
    expect(pins.lookup('srv_1', 'a').findings).toMatchObject([
      { code: 'repeated-key', severity: 'high' },
    ]);
    expect(see('b', '{"name":"b","max":9007199254740993}')).toBe(0);
    expect(see('b', '{"name":"b","max":9007199254740992}')).toBe(1);
  });

  test('an endless list and endless names do not fill the store', () => {
    const { pins, store, list } = pinDesk();
    const { withheld } = list(...Array.from({ length: 2100 }, (_, at) => tool(`t${at}`, 'x')));
    expect(withheld.size).toBe(100);
    expect(store.saves).toHaveLength(2000);
    expect(pins.lookup('srv_1', 't2050').state).toBe('unlisted');
    const long = 'n'.repeat(600);
    expect(pinDesk().list(tool(long, 'x')).withheld.get(long)).toContain('longer than');
  });

  test('names that JavaScript knows are names like any other', () => {
    const { pins, list } = pinDesk();
    list(tool('__proto__', 'x'), tool('constructor', 'evil'), tool('toString', 'x'));
    expect(pins.lookup('srv_1', '__proto__').state).toBe('accepted');
    expect(pins.lookup('srv_1', 'constructor').state).toBe('quarantined');
    expect(pins.lookup('srv_1', 'hasOwnProperty').state).toBe('unlisted');
  });
});

describe('memory and store', () => {
  test('a repeated list writes nothing, records nothing, inspects nothing', () => {
    const { store, entries, list, inspections } = pinDesk();
    const tools = [tool('a', 'One.'), tool('b', 'evil')];
    list(...tools);
    const before = [store.saves.length, entries.length, inspections()];
    for (let round = 0; round < 5; round += 1) {
      expect(list(...structuredClone(tools)).withheld.size).toBe(1);
    }
    expect([store.saves.length, entries.length, inspections()]).toEqual(before);
  });

  test('what was decided survives a restart', () => {
    const first = pinDesk();
    first.list(tool('a', 'One.'), tool('b', 'evil'));
    first.list(tool('a', 'Two.'), tool('b', 'evil'));
    const again = pinDesk({}, memoryStore(first.store.all()));
    expect(again.pins.lookup('srv_1', 'a').state).toBe('changed');
    expect(again.pins.lookup('srv_1', 'b').state).toBe('quarantined');
    expect(again.list(tool('a', 'One.'), tool('b', 'evil')).withheld.size).toBe(1);
    expect(again.entries.map(({ kind }) => kind)).toEqual(['tool.pinned']);
    expect(again.inspections()).toBe(1);
  });

  test('what cannot be recorded is not kept, and is held back by the failure', () => {
    let full = true;
    const { store, pins, list } = pinDesk({
      record: () => {
        if (full) throw new Error('disk full');
      },
    });
    expect(() => list(tool('a', 'One.'))).toThrow('disk full');
    expect(store.saves).toEqual([]);
    expect(pins.lookup('srv_1', 'a').state).toBe('unlisted');
    full = false;
    expect(list(tool('a', 'One.')).withheld.size).toBe(0);
  });

  test('a row that says unlisted is as good as none', () => {
    const { store } = pinDesk();
    const { list } = pinDesk();
    list(tool('a', 'One.'));
    const row = { ...(store.all()[0] ?? rowOf()), state: 'unlisted' as const };
    const again = pinDesk({}, memoryStore([row]));
    expect(again.pins.lookup('srv_1', 'a').state).toBe('unlisted');
    expect(again.pins.held()).toEqual([]);
  });

  test('the longest waiting comes first', () => {
    const { pins, list } = pinDesk();
    list(tool('b', 'evil'));
    list(tool('b', 'evil'), tool('a', 'evil'));
    expect(pins.held().map((held) => held.tool)).toEqual(['b', 'a']);
  });
});

const rowOf = () => ({
  serverId: 'srv_1',
  serverLabel: 'x',
  tool: 'a',
  acceptedHash: 'h',
  acceptedText: '{}',
  heldHash: '',
  heldText: '',
  findings: [],
  firstSeenAt: 1,
  changedAt: 1,
});
