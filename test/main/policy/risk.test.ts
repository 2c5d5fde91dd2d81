import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlaceRules } from '../../../main/policy/places.ts';
import { callRisk, otherRisk, toolRisk } from '../../../main/policy/risk.ts';
import type { Call } from '../../../shared/call.ts';
import { RiskLevel, withinRisk } from '../../../shared/policy.ts';
import type { ToolView } from '../../../shared/server.ts';
import { aCall } from '../../fakes/call.ts';
import {
  browsers,
  claims,
  databases,
  everything,
  fetching,
  filesystem,
  forges,
  type Labelled,
  memory,
  sending,
  shells,
} from './labelled-calls.ts';

const places: PlaceRules = {
  platform: 'linux',
  home: '/home/ada',
  ownFolders: ['/tmp'],
  protectedFolders: ['/home/ada/.airlock'],
};

const aTool = (over: Partial<ToolView> = {}): ToolView => ({
  serverId: 'srv_1',
  name: 'get_thing',
  annotations: {},
  pin: 'pin',
  state: 'accepted',
  findings: [],
  ...over,
});

function riskOf([, name, annotations = {}, args = {}, more = {}]: Labelled) {
  const { trusted = false, ...texts } = more;
  const tool = aTool({ name, annotations, ...texts });
  const call = aCall({ target: name, tool, argumentsText: JSON.stringify(args) });
  return callRisk(call, toolRisk(tool, trusted), places).risk;
}

const tables = {
  filesystem,
  memory,
  everything,
  browsers,
  fetching,
  forges,
  databases,
  shells,
  sending,
  claims,
};

describe.each(Object.entries(tables))('%s', (_, rows) => {
  test.each(rows.map((row) => ({ row, shown: JSON.stringify(row.slice(0, 4)).slice(0, 120) })))(
    '$shown',
    ({ row }) => {
      const risk = riskOf(row);
      expect({ level: risk.level, reasons: risk.reasons }).toMatchObject({ level: row[0] });
      for (const reason of risk.reasons) expect(reason).toMatch(/^\S.*[.]$/s);
      expect(risk.reasons.length).toBeGreaterThan(0);
    },
  );
});

test('the table has at least 120 rows', () => {
  expect(Object.values(tables).flat().length).toBeGreaterThanOrEqual(120);
});

describe('a tool that the server never listed', () => {
  test('is unknown, however harmless its name', () => {
    expect(toolRisk(aTool({ name: 'list_files', state: 'unlisted' }), true).level).toBe('unknown');
  });

  test('without any view of it too', () => {
    const risk = otherRisk({ action: 'callTool', target: 'list_files' }, places);
    expect(risk.level).toBe('unknown');
  });
});

describe('the facts beside the level', () => {
  test('openWorld is true unless a trusted server denies it', () => {
    const annotations = { openWorldHint: false };
    expect(toolRisk(aTool({ annotations }), false).openWorld).toBe(true);
    expect(toolRisk(aTool({ annotations }), true).openWorld).toBe(false);
    expect(toolRisk(aTool(), true).openWorld).toBe(true);
  });

  test('destructive follows the hint and the name', () => {
    expect(toolRisk(aTool({ name: 'delete_x' }), false).destructive).toBe(true);
    expect(toolRisk(aTool({ annotations: { destructiveHint: true } }), false).destructive).toBe(
      true,
    );
    expect(toolRisk(aTool(), false).destructive).toBe(false);
  });

  test('readOnly is what the whole definition bears out', () => {
    expect(toolRisk(aTool(), false).readOnly).toBe(true);
    expect(toolRisk(aTool({ description: 'Deletes things.' }), false).readOnly).toBe(false);
  });
});

describe('ambiguous arguments', () => {
  test('raise to unknown', () => {
    const call = aCall({ ambiguous: true });
    const risk = callRisk(call, { level: 'read', reasons: ['x.'] }, places).risk;
    expect(risk.level).toBe('unknown');
    expect(risk.reasons[0]).toContain('same key twice');
  });
});

describe('other actions', () => {
  const risk = (action: Call['action'], target = '') => otherRisk({ action, target }, places).level;

  test.each<[RiskLevel, string]>([
    ['read', 'memory://graph'],
    ['read', 'file:///home/ada/a.txt'],
    ['unknown', 'file:///home/ada/.ssh/id_rsa'],
    ['send', 'file:///etc/hosts'],
    ['send', 'https://example.com/a'],
    ['unknown', 'http://169.254.169.254/'],
  ])('a resource is %s at %s', (level, uri) => {
    expect(risk('readResource', uri)).toBe(level);
  });

  test('prompts read; sampling and elicitation send', () => {
    expect(risk('getPrompt', 'summary')).toBe('read');
    expect(risk('sample')).toBe('send');
    expect(risk('elicit')).toBe('send');
  });

  test('what a server asks for is not read as a command', () => {
    const call = aCall({ action: 'sample', argumentsText: '{"command":"rm -rf /"}' });
    expect(callRisk(call, otherRisk(call, places), places).risk.level).toBe('send');
  });
});

describe('properties', () => {
  test('arguments never lower a risk, and never throw', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RiskLevel.options), fc.jsonValue(), (level, args) => {
        const call = { ...aCall(), arguments: args };
        const { risk } = callRisk(call, { level, reasons: ['x.'] }, places);
        expect(withinRisk(level, risk.level)).toBe(true);
      }),
    );
  });

  test('an untrusted server cannot lower by annotations, title or description', () => {
    const name = fc.constantFrom('delete_x', 'run_x', 'send_x', 'create_x', 'thing', 'get_x');
    const hint = fc.option(fc.boolean(), { nil: undefined });
    const hints = fc.record({ destructiveHint: hint, openWorldHint: hint });
    fc.assert(
      fc.property(name, hints, fc.string(), fc.string(), (of, annotations, title, description) => {
        const plain = toolRisk(aTool({ name: of }), false);
        const spoken = aTool({ name: of, annotations: annotations as object, title, description });
        expect(withinRisk(plain.level, toolRisk(spoken, false).level)).toBe(true);
      }),
    );
  });

  test('a name with a strong verb is never read, whatever is around it', () => {
    const words = fc.array(fc.constantFrom('get', 'list', 'x', 'files', 'search'), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        words,
        words,
        fc.constantFrom('delete', 'execute', 'write'),
        (before, after, verb) => {
          const name = [...before, verb, ...after].join('_');
          expect(
            toolRisk(aTool({ name, annotations: { readOnlyHint: true } }), false).level,
          ).not.toBe('read');
        },
      ),
    );
  });

  test('deep, wide and long arguments are marked, in bounded time', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, 'v']));
    for (const args of [deep, wide]) {
      const { risk, tooLarge } = callRisk(
        { ...aCall(), arguments: args },
        { level: 'read', reasons: ['x.'] },
        places,
      );
      expect([risk.level, tooLarge]).toEqual(['unknown', true]);
    }
  });
});
