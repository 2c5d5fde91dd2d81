import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A fresh folder that goes away after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-test-'));
  folders.push(folder);
  return folder;
}
