import { expect, test } from 'vitest';
import { switchProblem } from '../../../main/desktop/switches.ts';

test.each(['remote-debugging-port', 'remote-debugging-pipe', 'js-flags', 'load-extension'])(
  'an installed app does not start with --%s',
  (name) => {
    expect(switchProblem((asked) => asked === name)).toContain(`--${name}`);
  },
);

test('every switch that is wrong is named', () => {
  const given = new Set(['gpu-launcher', 'remote-debugging-port']);
  const sentence = switchProblem((name) => given.has(name));
  expect(sentence).toContain('--remote-debugging-port, --gpu-launcher');
});

test('the switches that we start with ourselves are fine', () => {
  const given = new Set(['no-sandbox', 'user-data-dir', 'hidden']);
  expect(switchProblem((name) => given.has(name))).toBeUndefined();
});
