import { openTrail } from '../../../main/audit/trail.ts';
import { closed, opened, realPorts, said } from './trail-child.ts';

/**
 * Appends to the trail named by the first argument, as a second process beside the app. What it does is the second:
 * `count` writes that many entries and ends; `calls` opens one call, tells so, and waits to be killed; `forever`
 * writes calls until it is killed and tells every sequence that was acknowledged; `journal` does the same with calls
 * that are committed, some together.
 */
const [, , path = '', what = '', name = '', count = '0'] = process.argv;
const trail = openTrail(path, realPorts);

if (what === 'count') {
  for (let n = 0; n < Number(count); n += 1) trail.append(said(`${name} ${n}`));
  trail.close();
  process.disconnect();
}

if (what === 'calls') {
  trail.append(opened(`${name}-done`));
  trail.append(closed(`${name}-done`));
  trail.append(opened(`${name}-open`));
  process.send?.('open');
  process.on('message', () => process.exit(0));
}

if (what === 'forever') {
  for (let n = 0; ; n += 1) {
    const id = `${name}-${n}`;
    const { sequence } = trail.append(opened(id));
    process.send?.({ id, sequence });
    trail.appendSoon(closed(id));
    if (n % 8 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

if (what === 'journal') {
  for (let n = 0; ; n += 1) {
    const ids = Array.from({ length: 1 + (n % 3) }, (_, i) => `${name}-${n}-${i}`);
    for (const id of ids) trail.stage(opened(id));
    trail.commit();
    for (const id of ids) process.send?.({ id });
    for (const id of ids) trail.appendSoon(closed(id));
    if (n % 50 === 0) trail.append(said('between'));
    if (n % 8 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
