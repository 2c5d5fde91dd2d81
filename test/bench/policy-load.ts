import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePolicy } from '../../main/policy/policy.ts';
import { threadedCompiler } from '../../main/policy/rule-compiler.ts';
import { aCall } from '../fakes/call.ts';
import { threadScript } from '../fakes/thread-script.ts';

/**
 * Measures managed policies of 10, 1,000 and 10,000 rules: how long they take to come into force away from the thread
 * that decides, how long a call waits meanwhile, and the decisions afterwards.
 * Run: `npx tsx test/bench/policy-load.ts`.
 */

const script = threadScript('main/policy/compiler-worker.ts');

/** As a company would write it: most rules name a server, a tool or a client; one in ten reads the arguments. */
function rule(index: number): string {
  switch (index % 10) {
    case 0:
      return `@id("m${index}") @text("Secrets of project ${index} stay here.") forbid (principal, action == Action::"callTool", resource)
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
}

/** Ten rules that read the arguments of every tool, as the dear kind. */
const dear = Array.from(
  { length: 10 },
  (_, index) => `@id("d${index}") forbid (principal, action == Action::"callTool", resource)
    when { context.arguments has path && context.arguments.path like "/vault/${index}/*" };`,
).join('\n');

const text = (count: number): string =>
  [
    '@id("all") permit (principal, action, resource);',
    ...Array.from({ length: count - 1 }, (_, index) => rule(index)),
  ].join('\n');

const call = (index: number) =>
  aCall({ argumentsText: JSON.stringify({ path: `/home/ada/${index}.txt`, content: 'hello' }) });

const quantile = (times: number[], q: number): number =>
  times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))] ?? 0;

function decisions(policy: ReturnType<typeof makePolicy>): string {
  const times = Array.from({ length: 2_000 }, (_, index) => {
    const one = call(index);
    const begun = performance.now();
    policy.decide(one, []);
    return (performance.now() - begun) * 1_000;
  });
  const [first = 0, ...rest] = times;
  const warm = rest.slice(200);
  return `first ${(first / 1_000).toFixed(1)} ms, p50 ${quantile(warm, 0.5).toFixed(1)} µs, p99 ${quantile(warm, 0.99).toFixed(1)} µs`;
}

async function measure(count: number, more: string): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'airlock-bench-'));
  try {
    const policy = makePolicy({
      userFile: path.join(folder, 'policy.cedar'),
      managedText: () => undefined,
      compile: threadedCompiler(script.file),
      mode: () => 'enforce',
      trustedServers: () => new Set(),
      groups: () => [],
      places: { platform: 'linux', home: '/home/ada', ownFolders: ['/tmp'], protectedFolders: [] },
    });
    const rules = `${text(count - (more === '' ? 0 : 10))}\n${more}`;
    await policy.setManaged(text(10));
    decisions(policy);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    let loading = true;
    const waits: number[] = [];
    const calls = (async () => {
      for (let index = 0; loading; index += 1) {
        const due = performance.now() + 1;
        await sleep(1);
        policy.decide(call(index), []);
        waits.push(performance.now() - due);
      }
    })();
    delay.enable();
    const begun = performance.now();
    const problems = await policy.setManaged(rules);
    const loaded = performance.now() - begun;
    loading = false;
    await calls;
    delay.disable();
    if (problems.length > 0) throw new Error(problems.join(' '));
    console.log(
      `${String(count).padStart(6)} rules${more === '' ? '' : ' + 10 on arguments'}: in force after ${loaded.toFixed(0)} ms; ` +
        `${waits.length} calls meanwhile, p50 ${quantile(waits, 0.5).toFixed(2)} ms, p99 ${quantile(waits, 0.99).toFixed(2)} ms, longest ${Math.max(...waits).toFixed(2)} ms; ` +
        `longest block of the loop ${(delay.max / 1e6).toFixed(1)} ms; then ${decisions(policy)}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const more of ['', dear]) for (const count of [10, 1_000, 10_000]) await measure(count, more);
script.remove();
