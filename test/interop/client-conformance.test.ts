import { describe, expect, test } from 'vitest';
import { requiredClientScenarios, runClientScenarios } from './client-suite.ts';
import { shortfalls } from './differences.ts';
import { peersInstalled } from './peers.ts';
import type { Revision } from './suite.ts';

/** Dozens of scenarios, each with two processes of its own. */
const patienceMs = 900_000;

const revisions: readonly Revision[] = ['2025-11-25', '2026-07-28'];

describe.runIf(peersInstalled)('the official conformance suite for clients', () => {
  test.each(revisions)(
    'finds nothing wrong with the way to remote servers and the sign-in at %s',
    async (revision) => {
      const scenarios = await requiredClientScenarios(revision);
      expect(scenarios.length).toBeGreaterThan(15);
      const report = await runClientScenarios(revision, scenarios);
      expect([...report.keys()].sort()).toEqual([...scenarios].sort());
      expect(shortfalls(report)).toEqual([]);
    },
    patienceMs,
  );
});
