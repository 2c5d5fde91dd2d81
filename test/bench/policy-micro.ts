import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makePolicy } from '../../main/policy/policy.ts';
import type { Call } from '../../shared/call.ts';
import { aCall } from '../fakes/call.ts';

/** Measures policy decisions with 1,000 rules. Run: `npx tsx test/bench/policy-micro.ts`. */

const count = 1_000;
const rules = (make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('\n');

/** A mix as a company would write it: most rules name a server, a tool or a client; one in ten reads arguments. */
const mixed = rules((index) => {
  switch (index % 10) {
    case 0:
      return `@id("m${index}") forbid (principal, action == Action::"callTool", resource)
        when { resource.name == "tool_${index}" && context.arguments has path && context.arguments.path like "/secret/${index}/*" };`;
    case 1:
      return `@id("m${index}") forbid (principal == Agent::"client-${index}", action, resource);`;
    case 2:
      return `@id("m${index}") permit (principal, action == Action::"callToolUnattended", resource)
        when { resource.name == "tool_${index}" && resource.trusted };`;
    default:
      return `@id("m${index}") permit (principal, action == Action::"callToolUnattended", resource in Server::"srv_${index}")
        when { resource.risk == "write" };`;
  }
});

/** One in ten rules reads the arguments of every tool: nothing but the arguments can rule them out. */
const tenth = rules((index) =>
  index % 10 === 0
    ? `@id("t${index}") forbid (principal, action == Action::"callTool", resource)
        when { context.arguments has path && context.arguments.path like "/secret/${index}/*" };`
    : `@id("t${index}") permit (principal, action == Action::"callToolUnattended", resource in Server::"srv_${index}");`,
);

/** The worst case: every rule reads the arguments of every tool. */
const worst = rules(
  (index) => `@id("w${index}") forbid (principal, action == Action::"callTool", resource)
    when { context.arguments has path && context.arguments.path like "/secret/${index}/*" };`,
);

/** No rule reads the arguments. */
const steady = rules(
  (index) =>
    `@id("s${index}") forbid (principal, action == Action::"callTool", resource == Tool::"srv_${index}/x");`,
);

const call = (index: number): Call =>
  aCall({ argumentsText: JSON.stringify({ path: `/home/ada/${index}.txt`, content: 'hello' }) });

function measure(name: string, text: string, budget: number | undefined): void {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'airlock-bench-'));
  try {
    const userFile = path.join(folder, 'policy.cedar');
    writeFileSync(userFile, text);
    const loading = performance.now();
    const policy = makePolicy({
      userFile,
      managedText: () => undefined,
      mode: () => 'enforce',
      trustedServers: () => new Set(),
      groups: () => [],
      places: { platform: 'linux', home: '/home/ada', ownFolders: ['/tmp'], protectedFolders: [] },
    });
    const loaded = performance.now() - loading;
    if (policy.problems().length > 0) throw new Error(policy.problems().join(' '));
    const calls = Array.from({ length: 3_000 }, (_, index) => call(index));
    const times = calls.map((one) => {
      const start = performance.now();
      policy.decide(one, []);
      return (performance.now() - start) * 1_000;
    });
    const first = times[0] ?? 0;
    const warm = times.slice(200).sort((a, b) => a - b);
    const at = (q: number) => (warm[Math.floor(warm.length * q)] ?? 0).toFixed(1);
    const verdict = budget === undefined ? '' : Number(at(0.5)) <= budget ? ' ok' : ' OVER';
    console.log(
      `${name.padEnd(44)} load ${loaded.toFixed(0)} ms  first ${(first / 1_000).toFixed(1)} ms  ` +
        `p50 ${at(0.5)} µs  p99 ${at(0.99)} µs${budget === undefined ? '' : `  budget ${budget} µs${verdict}`}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

measure('memoised, 1,000 rules', steady, 50);
measure('1,000 mixed rules, none left for this tool', mixed, 50);
measure('argument-dependent, 100 of 1,000 rules', tenth, 1_000);
measure('argument-dependent, all 1,000 rules', worst, undefined);
