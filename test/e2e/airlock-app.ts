import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { electronPath } from '../../build/electron-runtime.mjs';
import type { AppState } from '../../shared/state.ts';
import { type Agent, agentFromConfig } from '../fakes/agent.ts';

/** The checkout's root folder. */
export const root = resolve(import.meta.dirname, '../..');

const run = promisify(execFile);

/** A throw-away home with real client configs, and the data folder the app keeps in it. */
export interface Home {
  readonly path: string;
  readonly data: string;
  readonly env: Record<string, string>;
  write(path: string, text: string): string;
  read(path: string): string;
  remove(): void;
}

/** Variables a desktop session has; the home and everything below it is the throw-away one. */
function homeEnv(home: string): Record<string, string> {
  const kept = [
    'PATH',
    'LANG',
    'DISPLAY',
    'XAUTHORITY',
    'DBUS_SESSION_BUS_ADDRESS',
    'XDG_RUNTIME_DIR',
    'USER',
    'LOGNAME',
    'SHELL',
  ];
  const env: Record<string, string> = {};
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
  };
}

/** Makes a fresh home, of a person who has seen the introduction. */
export function aHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'airlock-home-'));
  const data = join(path, '.config', 'Airlock Desktop');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(join(data, 'settings.json'), '{"introduced":true}', { mode: 0o600 });
  return {
    path,
    data,
    env: homeEnv(path),
    write(file, text) {
      const full = join(path, file);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, text);
      return full;
    },
    read: (file) => readFileSync(join(path, file), 'utf8'),
    // Chromium's helpers outlive a killed app for a moment and may still write there.
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }),
  };
}

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the airlock command on a home's data folder. */
export async function airlock(home: Home, ...args: string[]): Promise<Ran> {
  const env = { ...home.env, AIRLOCK_DATA: home.data };
  try {
    const { stdout, stderr } = await run(
      process.execPath,
      [join(root, 'out/cli/airlock.mjs'), ...args],
      {
        env,
        timeout: 60_000,
        maxBuffer: 64 << 20,
      },
    );
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const failed = error as { code?: number; stdout?: string; stderr?: string };
    return { code: failed.code ?? -1, out: failed.stdout ?? '', err: failed.stderr ?? '' };
  }
}

/** The running app. */
export interface App {
  readonly electron: ElectronApplication;
  readonly home: Home;
  dashboard(): Promise<Page>;
  /** The approval window, once it shows a card. */
  approval(): Promise<Page>;
  state(): Promise<AppState>;
  agent(file: string, key: 'mcpServers' | 'servers', name: string): Promise<Agent>;
  close(): Promise<void>;
}

const electronFlags = (): string[] =>
  // Chromium refuses its sandbox to root; only containers and tests run as root.
  process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Arguments that start the app on a home. */
export const appArguments = (home: Home, ...more: string[]): string[] => [
  ...electronFlags(),
  root,
  `--user-data-dir=${home.data}`,
  ...more,
];

async function pageAt(electron: ElectronApplication, path: string): Promise<Page> {
  const is = (page: Page) => page.url().includes(path);
  const known = electron.windows().find(is);
  const page = known ?? (await electron.waitForEvent('window', { predicate: is, timeout: 20_000 }));
  await page.waitForLoadState('domcontentloaded');
  return page;
}

/** Starts the real app on a home and waits until it serves. */
export async function startApp(home: Home, ...more: string[]): Promise<App> {
  const electron = await _electron.launch({
    executablePath: electronPath(),
    args: appArguments(home, ...more),
    env: home.env,
    timeout: 30_000,
  });
  const dashboard = () => pageAt(electron, '/dashboard/');
  if (!more.includes('--hidden')) {
    await (await dashboard()).getByTestId('kill').waitFor({ timeout: 20_000 });
  }
  return {
    electron,
    home,
    dashboard,
    async approval() {
      const page = await pageAt(electron, '/approval/');
      await page.getByTestId('approval-card').first().waitFor({ timeout: 20_000 });
      return page;
    },
    async state() {
      const page = await dashboard();
      return page.evaluate(() =>
        (
          window as unknown as { airlock: { getState(q: object): Promise<AppState> } }
        ).airlock.getState({}),
      );
    },
    agent: (file, key, name) => agentFromConfig(join(home.path, file), key, name, home.env),
    async close() {
      await electron.close();
    },
  };
}

/** Starts the app without Playwright, for tests that kill it. */
export function spawnApp(home: Home, ...more: string[]) {
  return spawn(electronPath(), appArguments(home, ...more), { env: home.env, stdio: 'ignore' });
}
