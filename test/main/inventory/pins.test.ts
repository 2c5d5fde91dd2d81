import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pinDesk, tool } from './pin-fakes.ts';

describe('first sight', () => {
  test('a clean tool is pinned and passed on', () => {
    const { pins, entries, list } = pinDesk();
    const { tools, withheld } = list(
      tool('read', 'Reads.', { title: 'Read', annotations: { readOnlyHint: true, x: 1 } }),
    );
    expect(withheld.size).toBe(0);
    expect(tools).toMatchObject([
      {
        serverId: 'srv_1',
        name: 'read',
        title: 'Read',
        description: 'Reads.',
        state: 'accepted',
        annotations: { readOnlyHint: true },
      },
    ]);
    expect(tools[0]?.pin).toMatch(/^[0-9a-f]{64}$/);
    expect(pins.lookup('srv_1', 'read')).toEqual(tools[0]);
    expect(entries).toMatchObject([
      {
        kind: 'tool.pinned',
        server: { id: 'srv_1', label: 'npx files' },
        tool: { name: 'read', pin: tools[0]?.pin },
      },
    ]);
    expect(pins.held()).toEqual([]);
  });

  test('a dangerous one is quarantined, has no pin, and the others pass', () => {
    const { pins, entries, list } = pinDesk();
    const { withheld } = list(
      tool('read', 'Reads.'),
      tool('bad', 'evil', { annotations: { readOnlyHint: true } }),
    );
    expect([...withheld.keys()]).toEqual(['bad']);
    expect(withheld.get('bad')).toContain('looks dangerous');
    expect(pins.lookup('srv_1', 'bad')).toMatchObject({
      state: 'quarantined',
      pin: '',
      annotations: {},
      findings: [{ code: 'danger' }],
    });
    expect(entries.map(({ kind }) => kind)).toEqual(['tool.pinned', 'tool.held']);
  });

  test('a finding that is not grave does not hold it, and stays with it', () => {
    const { pins, list } = pinDesk();
    expect(list(tool('a', 'odd')).withheld.size).toBe(0);
    expect(pins.lookup('srv_1', 'a').findings).toHaveLength(1);
  });

  test('a tool that was never listed is unlisted, also on another server', () => {
    const { pins, list } = pinDesk();
    list(tool('read', 'Reads.'));
    expect(pins.lookup('srv_1', 'write')).toMatchObject({
      state: 'unlisted',
      pin: '',
      findings: [],
    });
    expect(pins.lookup('srv_2', 'read').state).toBe('unlisted');
  });

  test('odd annotations mean the worst case', () => {
    const { list } = pinDesk();
    const { tools } = list(
      tool('a', 'x', { annotations: { readOnlyHint: 'yes', destructiveHint: false, title: 5 } }),
    );
    expect(tools[0]?.annotations).toEqual({ destructiveHint: false });
    expect(list(tool('b', 'x', { annotations: ['readOnlyHint'] })).tools[0]?.annotations).toEqual(
      {},
    );
  });
});

describe('a changed definition', () => {
  test('is held whatever changed: text, schema, annotation, unknown member', () => {
    const changes = [
      tool('a', 'Two.'),
      tool('a', 'One.', { title: 'A' }),
      tool('a', 'One.', { annotations: { readOnlyHint: true } }),
      tool('a', 'One.', { outputSchema: {} }),
      tool('a', 'One.', { _meta: { 'x/y': 1 } }),
      tool('a', 'One.', {
        inputSchema: { type: 'object', properties: { p: { description: 'new' } } },
      }),
    ];
    for (const changed of changes) {
      const { pins, list } = pinDesk();
      const pin = list(tool('a', 'One.')).tools[0]?.pin;
      expect(list(changed).withheld.get('a')).toContain('changed');
      expect(pins.lookup('srv_1', 'a')).toMatchObject({
        state: 'changed',
        pin,
        description: 'One.',
      });
    }
  });

  test('a different order of members is no change', () => {
    const { list } = pinDesk();
    list({
      name: 'a',
      description: 'x',
      inputSchema: { type: 'object', properties: { b: {}, a: {} } },
    });
    expect(
      list({
        inputSchema: { properties: { a: {}, b: {} }, type: 'object' },
        description: 'x',
        name: 'a',
      }).withheld.size,
    ).toBe(0);
  });

  test('changing back releases it', () => {
    const { pins, entries, list } = pinDesk();
    list(tool('a', 'One.'));
    list(tool('a', 'Two evil.'));
    expect(pins.held()).toHaveLength(1);
    expect(list(tool('a', 'One.')).withheld.size).toBe(0);
    expect(pins.held()).toEqual([]);
    expect(pins.lookup('srv_1', 'a')).toMatchObject({ state: 'accepted', findings: [] });
    expect(entries.map(({ kind }) => kind)).toEqual(['tool.pinned', 'tool.held', 'tool.pinned']);
  });

  test('a quarantined tool that becomes clean before anyone accepted it is pinned then', () => {
    const { pins, list } = pinDesk();
    list(tool('a', 'evil'));
    expect(list(tool('a', 'Fine.')).withheld.size).toBe(0);
    expect(pins.lookup('srv_1', 'a').state).toBe('accepted');
  });

  test('what is accepted never changes without a person', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('One.', 'Two.', 'Three.', 'evil'), {
          minLength: 1,
          maxLength: 12,
        }),
        (texts) => {
          const { pins, list } = pinDesk();
          const first = texts.find((text) => text !== 'evil');
          let pin = '';
          for (const text of texts) {
            list(tool('a', text));
            const view = pins.lookup('srv_1', 'a');
            if (pin === '') pin = view.pin;
            expect(view.pin).toBe(pin);
            expect(view.state === 'accepted').toBe(text === first);
          }
        },
      ),
    );
  });
});

describe('accepting', () => {
  test('takes the waiting definition, with the name of the person', () => {
    const { pins, entries, store, list } = pinDesk();
    list(tool('a', 'One.'));
    list(tool('a', 'Two evil.'));
    const [held] = pins.held();
    expect(held).toMatchObject({
      tool: 'a',
      state: 'changed',
      serverLabel: 'npx files',
      acceptedText: 'shown {"description":"One.","inputSchema":{"type":"object"},"name":"a"}',
      heldText: 'shown {"description":"Two evil.","inputSchema":{"type":"object"},"name":"a"}',
    });
    expect(pins.accept('srv_1', 'a', held?.heldHash ?? '', 'ada')).toEqual({
      ok: true,
      value: null,
    });
    expect(pins.lookup('srv_1', 'a')).toMatchObject({
      state: 'accepted',
      pin: held?.heldHash,
      description: 'Two evil.',
    });
    expect(entries.at(-1)).toMatchObject({
      kind: 'tool.accepted',
      approver: { by: 'ada', how: 'person' },
      tool: { pin: held?.heldHash },
    });
    expect(store.saves.at(-1)).toMatchObject({ acceptedBy: 'ada', heldHash: '', heldText: '' });
    expect(list(tool('a', 'Two evil.')).withheld.size).toBe(0);
    expect(list(tool('a', 'One.')).withheld.size).toBe(1);
  });

  test('counts only for the definition the person saw', () => {
    const { pins, list } = pinDesk();
    list(tool('a', 'evil 1'));
    const seen = pins.held()[0]?.heldHash ?? '';
    list(tool('a', 'evil 2'));
    expect(pins.accept('srv_1', 'a', seen, 'ada')).toMatchObject({
      ok: false,
      problem: { code: 'held-changed' },
    });
    expect(pins.lookup('srv_1', 'a').state).toBe('quarantined');
  });

  test('needs something that waits', () => {
    const { pins, list } = pinDesk();
    list(tool('a', 'One.'));
    const { pin } = pins.lookup('srv_1', 'a');
    for (const name of ['a', 'none']) {
      expect(pins.accept('srv_1', name, pin, 'ada')).toMatchObject({
        ok: false,
        problem: { code: 'nothing-held' },
      });
    }
  });
});
