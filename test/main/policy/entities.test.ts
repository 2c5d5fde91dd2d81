import { describe, expect, test } from 'vitest';
import {
  type CallFacts,
  codesOf,
  contextOf,
  gravestOf,
  subjectOf,
} from '../../../main/policy/entities.ts';
import { contextParts } from '../../../main/policy/schema.ts';
import { aCall } from '../../fakes/call.ts';
import { aFinding, aToolCall } from './a-policy.ts';

const facts: CallFacts = {
  riskLevel: 'write',
  readOnly: false,
  destructive: true,
  openWorld: true,
  trusted: false,
  groups: ['staff', 'ops'],
  findings: [],
  tooLarge: false,
  hour: 7,
};

describe('the entities of a call', () => {
  test('put the agent below its person and groups, and the tool below its server', () => {
    const subject = subjectOf(aToolCall('write_file'), facts);
    const shown = subject.entities.map(({ uid, attrs, parents }) => [uid, attrs, parents]);
    expect(shown).toEqual([
      [
        { type: 'Agent', id: 'cursor' },
        {
          client: 'Cursor',
          person: 'ada',
          groups: ['staff', 'ops'],
          signedIn: false,
          process: 'unknown',
        },
        [
          { type: 'Person', id: 'ada' },
          { type: 'Group', id: 'staff' },
          { type: 'Group', id: 'ops' },
        ],
      ],
      [
        { type: 'Person', id: 'ada' },
        {},
        [
          { type: 'Group', id: 'staff' },
          { type: 'Group', id: 'ops' },
        ],
      ],
      [
        { type: 'Server', id: 'srv_1' },
        expect.objectContaining({ name: 'npx files', pinState: 'none' }),
        [],
      ],
      [
        { type: 'Tool', id: 'srv_1/write_file' },
        {
          name: 'write_file',
          server: 'srv_1',
          serverLabel: 'npx files',
          transport: 'stdio',
          trusted: false,
          risk: 'write',
          readOnly: false,
          destructive: true,
          openWorld: true,
          pinState: 'accepted',
        },
        [{ type: 'Server', id: 'srv_1' }],
      ],
    ]);
  });

  test('tell of a sign-in and of the calling process', () => {
    const { agent, ...call } = aToolCall('x');
    const known = { ...agent, signedIn: true, processVerdict: 'unexpected' } as const;
    expect(subjectOf({ ...call, agent: known }, facts).entities[0]?.attrs).toMatchObject({
      signedIn: true,
      process: 'unexpected',
    });
  });

  test.each([
    ['callTool', 'Tool', 'srv_1/x'],
    ['readResource', 'Resource', 'srv_1/x'],
    ['getPrompt', 'Prompt', 'srv_1/x'],
    ['sample', 'Server', 'srv_1'],
    ['elicit', 'Server', 'srv_1'],
  ] as const)('%s is about a %s', (action, type, id) => {
    const subject = subjectOf(aCall({ action, target: 'x' }), facts);
    expect(subject.resource).toEqual({ type, id });
    expect(
      subject.entities.filter(({ uid }) => JSON.stringify(uid) === JSON.stringify({ type, id })),
    ).toHaveLength(1);
  });

  test('a tool without a view is unlisted', () => {
    const { tool: _, ...call } = aToolCall('x');
    expect(subjectOf(call, facts).entities.at(-1)?.attrs).toMatchObject({ pinState: 'unlisted' });
  });

  test('names from outside are made to have a form in UTF-8', () => {
    const subject = subjectOf(aToolCall('a\ud800'), facts);
    expect(subject.resource.id).toBe('srv_1/a\ufffd');
  });
});

describe('the context of a call', () => {
  const call = aToolCall('x', { path: 'a' });

  test('has the parts the vocabulary names, and no others', () => {
    expect(Object.keys(contextOf(call, facts, undefined)).sort()).toEqual([...contextParts].sort());
  });

  test('holds arguments and rate only where they are wanted', () => {
    expect(contextOf(call, facts, undefined)).toMatchObject({
      arguments: {},
      argumentsText: '',
      rate: 0,
    });
    expect(contextOf(call, facts, { arguments: true, rate: 4 })).toMatchObject({
      arguments: { path: 'a' },
      argumentsText: '{"path":"a"}',
      rate: 4,
    });
  });

  test.each([
    ['secret-in-arguments', true],
    ['arguments-secret', true],
    ['secrets', true],
    ['secretary', false],
    ['odd', false],
  ])('a finding %s is a secret: %s', (code, secrets) => {
    const found = { ...facts, findings: [aFinding('low', code)] };
    expect(contextOf(call, found, undefined)).toMatchObject({ secrets, findings: [code] });
  });
});

test('the gravest of findings, and their codes once', () => {
  expect(gravestOf([])).toBe('none');
  expect(gravestOf([aFinding('low'), aFinding('high'), aFinding('medium')])).toBe('high');
  expect(codesOf([aFinding('low', 'b'), aFinding('low', 'a'), aFinding('low', 'b')])).toEqual([
    'a',
    'b',
  ]);
});
