import { describe, expect, test } from 'vitest';
import {
  answerHow,
  cells,
  decisionWord,
  kindWord,
  outcomeWord,
} from '../../../renderer/activity/row-words.ts';
import { joinRows, type Row } from '../../../renderer/activity/rows.ts';
import { CallOutcome, EntryKind } from '../../../shared/audit.ts';
import { anEntry, callEntries } from '../../fakes/entry.ts';

function aRow(closing: Parameters<typeof callEntries>[2], onlyOpened = false): Row {
  const entries = callEntries(1, 'write_file', closing);
  const [row] = joinRows(onlyOpened ? entries.slice(1) : entries);
  if (!row) throw new Error('a call makes a row');
  return row;
}

const ask = { decision: 'ask' as const, rules: [], risk: 'write' };
const deny = { decision: 'deny' as const, rules: [], risk: 'write' };

describe('the decision of a call', () => {
  test.each([
    ['a rule let it through', {}, 'Allowed by rule', 'ok'],
    [
      'a rule forbade it',
      { decision: deny, outcome: 'denied-by-policy' },
      'Denied by rule',
      'danger',
    ],
    [
      'a person allowed it',
      { decision: ask, approver: { by: 'ada', how: 'person' } },
      'Allowed by ada',
      'ok',
    ],
    [
      'a person denied it',
      { decision: ask, outcome: 'denied-by-person', approver: { by: 'ada', how: 'person' } },
      'Denied by ada',
      'danger',
    ],
    [
      'a grant covered it',
      { decision: ask, approver: { by: 'ada', how: 'grant' } },
      'Grant of ada',
      'ok',
    ],
    [
      'nobody answered',
      { decision: ask, outcome: 'denied-by-timeout', approver: { by: '', how: 'timeout' } },
      'No answer in time',
      'danger',
    ],
    [
      'an answer of a kind this page does not know is a no',
      { decision: ask, outcome: 'denied-by-person', approver: { by: '', how: 'novel' } },
      'Denied (novel)',
      'danger',
    ],
    [
      'the kill switch',
      { decision: undefined, outcome: 'denied-by-kill' },
      'Kill switch',
      'danger',
    ],
  ] as const)('%s', (_, closing, text, tone) => {
    expect(decisionWord(aRow(closing))).toEqual({ text, tone });
  });

  test('while a person is asked it waits for them', () => {
    const [row] = joinRows([anEntry(2, { kind: 'call.asked', callId: 'c', decision: ask })]);
    expect(row && decisionWord(row).text).toBe('Waiting for you');
  });

  test('monitor mode never reads as allowed', () => {
    expect(cells(aRow({ decision: deny, monitor: true })).decision.text).toBe('Monitored only');
  });
});

describe('the cells of a row', () => {
  test('name client, connection, tool, outcome and time', () => {
    expect(cells(aRow({}))).toEqual({
      client: 'Cursor',
      server: 'files',
      serverLabel: 'npx -y @modelcontextprotocol/server-filesystem /home/ada/reports',
      what: 'write_file',
      decision: { text: 'Allowed by rule', tone: 'ok' },
      outcome: { text: 'Done', tone: 'ok' },
      took: '84 ms',
    });
  });

  test('a call without an end runs', () => {
    expect(cells(aRow({}, true)).outcome.text).toBe('Running');
  });

  test('a request without a tool is named by its method', () => {
    const [row] = joinRows([
      anEntry(1, { kind: 'call.opened', callId: 'c', method: 'resources/read' }),
    ]);
    expect(row && cells(row).what).toBe('resources/read');
  });

  test('an event has its sentence instead', () => {
    const [row] = joinRows([anEntry(1, { kind: 'problem', detail: 'The disk is full.' })]);
    expect(row && cells(row)).toMatchObject({
      what: 'Problem',
      decision: { text: 'The disk is full.' },
      outcome: { tone: 'warn' },
    });
  });
});

test('every outcome and every kind of entry has words, and no refusal looks well', () => {
  for (const outcome of CallOutcome.options) {
    const { text, tone } = outcomeWord(outcome);
    expect(text).not.toBe('');
    expect(tone === 'ok').toBe(outcome === 'ok');
  }
  const kinds = EntryKind.options.map(kindWord);
  expect(new Set(kinds).size).toBe(kinds.length);
});

test('how an answer came about, in whole words where they are known', () => {
  expect(answerHow('person')).toBe('Pressed in the approval window');
  expect(answerHow('novel')).toBe('novel');
});
