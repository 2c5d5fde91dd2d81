/**
 * Chromium switches that let another program act as the person (DevTools sends input that looks real), see into the
 * pages, or put its own code before our processes. Nobody who uses the app needs one.
 */
const unsafe = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'auto-open-devtools-for-tabs',
  'disable-web-security',
  'load-extension',
  'js-flags',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'enable-automation',
  'test-type',
] as const;

/** Why an installed app does not start with these switches; undefined where nothing is wrong with them. */
export function switchProblem(has: (name: string) => boolean): string | undefined {
  const found = unsafe.filter(has);
  if (found.length === 0) return undefined;
  const names = found.map((name) => `--${name}`).join(', ');
  return `It was started with ${names}, which would let another program answer for you. Start it without.`;
}
