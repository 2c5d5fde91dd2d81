import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeAtomically } from '../../../main/clients/atomic-write.ts';
import { sha256 } from '../../../main/clients/config-file.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';
import { bundleChild, runChild } from '../../fakes/configs/run-child.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const old = `{"old": "${'o'.repeat(5_000)}"}`;
const fresh = `{"new": "${'n'.repeat(9_000)}"}`;

describe.each(['before', 'after'] as const)('a process killed right %s', (when) => {
  test('any call of a write into the file system leaves the old bytes or the new ones, whole', async () => {
    const child = await bundleChild('fs-kill-child.ts', desk.root);
    const seen: string[] = [];
    let ended = false;
    for (let number = 1; !ended; number += 1) {
      const file = desk.put('.cfg/a.json', old);
      const args = [desk.home, file, sha256(old), fresh, String(number), when];
      const { out, signal } = await runChild(child, args);
      const calls = out.trim().split('\n');
      ended = signal === null;
      if (ended) {
        expect(calls.pop()).toBe('end ok');
        expect(calls).toEqual(seen);
      } else {
        expect(signal).toBe('SIGKILL');
        expect(calls).toHaveLength(number);
        seen.push(calls[number - 1] ?? '');
      }
      const renamed = calls.indexOf('rename') + 1;
      const isNew = renamed > 0 && (when === 'after' || ended || number > renamed);
      expect(readFileSync(file, 'utf8') === (isNew ? fresh : old), `${number} ${calls}`).toBe(true);

      // Whatever it left beside the file goes with the next write.
      const next = await writeAtomically(
        { path: file, bytes: Buffer.from('next'), basedOn: sha256(isNew ? fresh : old) },
        { platform: 'linux', home: desk.home, userId: process.getuid?.() },
      );
      expect(next.ok).toBe(true);
      expect(readdirSync(path.dirname(file))).toEqual(['a.json']);
    }
    // The wrapper really stood between the write and the system.
    for (const call of ['open', 'handle.chmod', 'handle.sync', 'handle.close', 'rename', 'lstat']) {
      expect(seen).toContain(call);
    }
    expect(seen.filter((call) => call === 'handle.write')).toHaveLength(2);
    expect(seen.filter((call) => call === 'handle.sync')).toHaveLength(2);
  }, 240_000);
});
