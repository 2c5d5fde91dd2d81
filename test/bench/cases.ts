import { join } from 'node:path';
import { root } from '../e2e/airlock-app.ts';
import { freePort, httpDriver } from './http-driver.ts';
import { bareRelay, bin, echo, entryOf, governedApp, here, leave, node } from './lab.ts';
import type { Case } from './measure.ts';
import { stdioDriver } from './stdio-driver.ts';

/** Everything that is measured, and what must be ended afterwards. */
export interface Lab {
  readonly cases: readonly Case[];
  close(): Promise<void>;
}

/** The published bridges whose client speaks HTTP. */
export const httpPeers: readonly Case[] = [
  {
    name: 'mcp-proxy 6.7.19 (HTTP to stdio)',
    peer: true,
    start: async () => {
      const port = await freePort();
      const args = [
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--server',
        'stream',
        node,
        echo,
      ];
      return httpDriver(node, [bin('mcp-proxy/dist/bin/mcp-proxy.mjs'), ...args], port);
    },
  },
  {
    name: 'supergateway 4.0.0 (HTTP to stdio)',
    peer: true,
    start: async () => {
      const port = await freePort();
      const args = [
        '--stdio',
        `${node} ${echo}`,
        '--outputTransport',
        'streamableHttp',
        '--stateful',
      ];
      return httpDriver(
        node,
        [bin('supergateway/dist/index.js'), ...args, '--port', String(port), '--logLevel', 'none'],
        port,
      );
    },
  },
];

/** Sets the lab up: the app, the bare relay in Electron, and the published bridges. */
export async function openLab(): Promise<Lab> {
  const governed = await governedApp();
  let bare: Awaited<ReturnType<typeof bareRelay>>;
  try {
    bare = await bareRelay();
  } catch (error) {
    await leave(governed);
    throw error;
  }
  const { socket } = bare;
  const { command, args } = entryOf(governed, 'echo');

  const cases: Case[] = [
    { name: 'direct stdio', start: () => stdioDriver(node, [echo]) },
    {
      name: 'bare relay in Electron (no governance)',
      start: () => stdioDriver(node, [here('bare-bridge.mjs'), socket]),
    },
    {
      name: 'Airlock, governed in Electron',
      ours: true,
      start: () => stdioDriver(command, args, governed.home.env),
    },
    {
      name: 'Airlock, `airlock run`',
      ours: true,
      start: () =>
        stdioDriver(node, [join(root, 'out/cli/airlock.mjs'), 'run', '--', node, echo], {
          ...governed.home.env,
          AIRLOCK_DATA: join(governed.home.path, 'run-data'),
        }),
    },
    {
      name: '@civic/passthrough-mcp-server 0.12.1 (stdio to stdio)',
      peer: true,
      start: () => stdioDriver(node, [here('civic-peer.mjs'), node, echo]),
    },
    ...httpPeers,
  ];
  return {
    cases,
    async close() {
      await Promise.all([leave(governed), leave(bare)]);
    },
  };
}
