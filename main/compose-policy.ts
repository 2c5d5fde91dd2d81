import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Governance } from './compose-governance.ts';

/** Editors write a file in several steps; so long after the last one it is read. */
const settleMs = 200;

/** Records which policy is in force, now and whenever the user's file changes. Returns how to stop. */
export function followPolicy(governance: Governance, onChange: () => void): () => void {
  const { policy, record, policyFile } = governance;
  let timer: NodeJS.Timeout | undefined;

  function tell(): void {
    const problems = policy.problems();
    record({
      kind: 'policy.loaded',
      detail: `${policy.rules().length} rules in force, policy ${policy.hash().slice(0, 16)}.${problems.map((problem) => ` ${problem}`).join('')}`,
    });
    onChange();
  }

  function reload(): void {
    try {
      policy.reload();
      tell();
    } catch (error) {
      // The rules that were in force stay so; see CallPolicy.reload.
      record({ kind: 'problem', detail: `The policy could not be read again: ${String(error)}` });
    }
  }

  tell();
  const watcher = watch(dirname(policyFile), (_event, name) => {
    if (name !== null && name !== basename(policyFile)) return;
    clearTimeout(timer);
    timer = setTimeout(reload, settleMs);
  });
  // A folder that can be watched no longer is noticed by everything else that uses it.
  watcher.on('error', () => watcher.close());
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
