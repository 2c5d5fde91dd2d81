import { openTrail } from '../../../main/audit/trail.ts';
import { closed, opened, realPorts, said } from './trail-child.ts';

/**
 * Appends to the trail named by the first argument, as a second process beside the app. What it does is the second:
 * `count` writes that many entries and ends; `calls` opens one call, tells so, and waits to be killed; `forever`
 * writes calls until it is killed and tells every sequence that was acknowledged.
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
