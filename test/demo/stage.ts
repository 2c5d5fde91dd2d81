import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { AppState } from '../../shared/state.ts';
import { type App, startApp } from '../e2e/airlock-app.ts';
import { type Agent, agentFromConfig } from '../fakes/agent.ts';
import type { Desk, DeskClient } from './desk.ts';
import { type Ledger, within } from './ledger.ts';

/** What the parts of the demo share: the desk, the running app, and everything that must be ended in the end. */
export interface Stage {
  readonly desk: Desk;
  readonly ledger: Ledger;
  /** States of the app worth a picture, by name. */
  readonly states: Map<string, AppState>;
  app(): App;
  start(): Promise<void>;
  /** Quits the app, and ends it where it does not. */
  quit(): Promise<void>;
  /** A real MCP client that starts the entry as the client's config says. */
  agent(client: DeskClient, name: string): Promise<Agent>;
  /** Ends this child with the demo at the latest. */
  keep(child: ChildProcess): void;
  close(): Promise<void>;
}

/** Opens the stage on a desk. */
export function openStage(desk: Desk, ledger: Ledger): Stage {
  const agents: Agent[] = [];
  const children: ChildProcess[] = [];
  let running: App | undefined;

  async function quit(): Promise<void> {
    const app = running;
    running = undefined;
    if (!app) return;
    const child = app.electron.process();
    try {
      await within(20, 'quitting the app', app.close());
    } finally {
      if (child.exitCode === null) child.kill('SIGKILL');
    }
  }

  return {
    desk,
    ledger,
    states: new Map(),
    app() {
      if (!running) throw new Error('the app is not running');
      return running;
    },
    async start() {
      running = await startApp(desk);
    },
    quit,
    async agent(client, name) {
      const file = join(desk.path, client.file);
      const made = await within(
        40,
        `connecting to ${name}`,
        agentFromConfig(file, client.key, name, desk.env),
      );
      agents.push(made);
      // As every client does: what a server never listed is asked about each time.
      await within(40, `listing the tools of ${name}`, made.tools());
      return made;
    },
    keep: (child) => void children.push(child),
    async close() {
      const closing = agents.map((agent) => within(5, 'closing an agent', agent.close()));
      await Promise.allSettled(closing);
      await quit().catch((error: unknown) => ledger.tell(`The app had to be ended: ${error}`));
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
      rmSync(desk.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Calls main from a page of ours, the way the page itself does. */
export const fromPage = <T>(page: Page, name: string, request: object): Promise<T> =>
  page.evaluate(
    ([call, given]) =>
      (window as unknown as { airlock: Record<string, (q: unknown) => Promise<T>> }).airlock[
        call
      ]?.(given) as Promise<T>,
    [name, request] as const,
  );
