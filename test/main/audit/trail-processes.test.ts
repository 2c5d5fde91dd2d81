import { expect, test } from 'vitest';
import { childProcess } from '../storage/child.ts';
import { aTrail, trailPath, walk } from './trail-support.ts';

test('four processes append 5,000 each and leave one unbroken chain', async () => {
  const path = trailPath();
  const children = ['a', 'b', 'c', 'd'].map((name) =>
    childProcess('audit/trail-writer.ts', path, 'count', name, '5000'),
  );
  expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0, 0, 0]);
  const entries = walk(aTrail(path));
  expect(entries).toHaveLength(20_001);
  expect(entries.filter(({ kind }) => kind === 'trail.started')).toHaveLength(1);
  for (const name of ['a', 'b', 'c', 'd']) {
    const own = entries.filter(({ detail }) => detail.startsWith(`${name} `));
    expect(own.map(({ detail }) => detail)).toEqual(own.map((_, n) => `${name} ${n}`));
    expect(own).toHaveLength(5_000);
  }
}, 90_000);
