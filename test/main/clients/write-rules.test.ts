import { expect, test } from 'vitest';
import { isInside } from '../../../main/clients/write-rules.ts';

test.each([
  ['/home/ada/.cursor/mcp.json', '/home/ada', 'linux', true],
  ['/home/ada', '/home/ada', 'linux', false],
  ['/home/adam/x', '/home/ada', 'linux', false],
  ['/home/ADA/x', '/home/ada', 'linux', false],
  ['/home/ada/../eve/x', '/home/ada', 'linux', false],
  ['/home/ada/..x/y', '/home/ada', 'linux', true],
  ['/etc/x', '/home/ada', 'linux', false],
  ['/Users/Ada/x', '/users/ada', 'darwin', true],
  ['C:\\Users\\ADA\\x', 'c:\\users\\ada', 'win32', true],
  ['D:\\Users\\ada\\x', 'C:\\Users\\ada', 'win32', false],
  ['C:\\Users\\adam\\x', 'C:\\Users\\ada', 'win32', false],
] as const)('%s inside %s on %s: %s', (file, folder, platform, inside) => {
  expect(isInside(file, folder, platform)).toBe(inside);
});
