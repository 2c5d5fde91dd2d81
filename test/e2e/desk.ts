import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type App, aHome, airlock, type Home, root, startApp } from './airlock-app.ts';

/** A home in which Cursor has a filesystem server on `work/` and a weather server that will turn on its user. */
export function deskHome(): Home & { readonly config: string } {
  const home = aHome();
  home.write('work/notes.txt', 'remember the milk\n');
  const server = (path: string) => join(root, 'node_modules', path);
  const config = home.write(
    '.cursor/mcp.json',
    `${JSON.stringify(
      {
        mcpServers: {
          files: {
            command: process.execPath,
            args: [
              server('@modelcontextprotocol/server-filesystem/dist/index.js'),
              join(home.path, 'work'),
            ],
          },
          weather: {
            command: process.execPath,
            args: [join(root, 'test/fakes/poisoned-server.mjs')],
          },
          everything: {
            command: process.execPath,
            args: [server('@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'],
            env: { DEMO_TOKEN: 'demo-secret-value-1234567890' },
          },
        },
      },
      null,
      2,
    )}\n`,
  );
  return { ...home, config };
}

/** The desk with every Cursor entry protected and the app running. */
export async function protectedDesk(
  ...args: string[]
): Promise<{ app: App; home: ReturnType<typeof deskHome> }> {
  const home = deskHome();
  const done = await airlock(home, 'protect', '--client', 'cursor');
  if (done.code !== 0) throw new Error(`protect failed: ${done.out}${done.err}`);
  return { app: await startApp(home, ...args), home };
}

/** Waits until the card has settled and presses Allow with a real click. */
export async function allow(page: Page): Promise<void> {
  await page.getByTestId('allow').click();
}

/** Presses Deny. */
export async function deny(page: Page): Promise<void> {
  await page.getByTestId('deny').click();
}
