import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revisions, throughTopology } from './conformance.ts';
import { type Difference, differences, shortfalls } from './differences.ts';
import { peersInstalled } from './peers.ts';
import type { Report } from './suite.ts';
import { topologies } from './topologies.ts';

/** One run of the suite takes seconds alone and minutes on a machine that others use, too. */
const patienceMs = 400_000;

/** Scenarios that are never scored, of an extension that the SDK's own server does not have. */
const unscored = /^tasks-/;

const jsonAnswers =
  'A request that is done at once is answered with JSON, which the transport leaves to the server; the suite then calls its checks of event streams not applicable.';
/** What differs by design, by scenario and check. Nothing here is a failed check of a scored scenario. */
const accepted: Readonly<Record<string, string>> = {
  'server-sse-multiple-streams server-sse-streams-functional': jsonAnswers,
  'server-sse-polling server-sse-priming-event': jsonAnswers,
  'server-sse-polling server-sse-retry-field': jsonAnswers,
  'server-sse-polling server-sse-disconnect-resume': jsonAnswers,
  'server-sse-polling server-sse-content-type': jsonAnswers,
};

const isAccepted = ({ scenario, check }: Difference): boolean =>
  `${scenario} ${check.split(' ')[0]}` in accepted;

describe.runIf(peersInstalled)('the official conformance suite', () => {
  describe.each(revisions)('at $revision', (one) => {
    let direct: Report = new Map();

    beforeAll(async () => {
      direct = await throughTopology(topologies.direct, one);
    }, patienceMs);

    afterAll(() => {
      direct = new Map();
    });

    test('finds nothing wrong with the fixture itself', () => {
      expect(direct.size).toBeGreaterThan(30);
      expect(shortfalls(direct).filter((line) => !unscored.test(line))).toEqual([]);
    });

    test.each(Object.entries(topologies).filter(([name]) => name !== 'direct'))(
      'finds the same through %s',
      async (_name, topology) => {
        const through = await throughTopology(topology, one);
        const differing = differences(direct, through).filter((found) => !isAccepted(found));
        expect(differing).toEqual([]);
      },
      patienceMs,
    );
  });
});
