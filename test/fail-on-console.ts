// biome-ignore-all lint/suspicious/noConsole: this is the file that watches it
import { afterEach, beforeEach, expect } from 'vitest';

// Nothing of ours speaks through console: what it says is either an accident or a warning that nobody reads.
const names = ['log', 'info', 'warn', 'error', 'debug'] as const;
const originals = names.map((name) => console[name]);
let said: string[] = [];

beforeEach(() => {
  said = [];
  for (const [index, name] of names.entries()) {
    console[name] = (...parts: unknown[]) => {
      said.push(`console.${name}: ${parts.map(String).join(' ')}`);
      originals[index]?.(...parts);
    };
  }
});

afterEach(() => {
  for (const [index, name] of names.entries()) console[name] = originals[index] ?? console[name];
  expect(said, 'a test must not write to the console').toEqual([]);
});
