import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test as base, expect, type Page } from '@playwright/test';
import type axe from 'axe-core';
import { cspHeader } from '../../../main/desktop/csp.ts';
import { pageFile } from '../../../main/desktop/page-file.ts';
import type { Role } from '../../../shared/ipc.ts';
import { type Answers, type FakeMain, fakeMain } from '../../fakes/page-api.ts';
import { chromiumPath } from './chromium.ts';

/** A page of ours open in the browser, with the main it talks to. */
export interface Opened {
  readonly main: FakeMain;
  /** Sends what main would push. */
  push(value: unknown): Promise<void>;
  /** Lists what axe-core finds wrong, in the colours given. */
  violations(colours: 'light' | 'dark'): Promise<string[]>;
}

interface PageGlobals {
  airlock: Record<string, unknown>;
  airlockCall(name: string, request: unknown): Promise<unknown>;
  airlockPush(value: unknown): void;
  axe: typeof axe;
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const origin = 'http://local';

/** Opens a page with the product's headers over a fake main. Console output and a breach of the policy fail the test. */
async function open(
  page: Page,
  role: Role,
  answers: Answers,
  complaints: string[],
): Promise<Opened> {
  const main = fakeMain(role, answers);
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.route(`${origin}/**`, async (route) => {
    const file = pageFile(process.env.AIRLOCK_PAGES ?? '', route.request().url());
    if (!file) return route.fulfill({ status: 404 });
    return route.fulfill({
      body: await readFile(file.path),
      headers: { 'content-type': file.type, 'content-security-policy': cspHeader() },
    });
  });
  await page.exposeFunction('airlockCall', (name: string, request: unknown) =>
    main.call(name, request),
  );
  await page.addInitScript(
    ({ names, listen }) => {
      const globals = globalThis as unknown as PageGlobals;
      const takers = new Set<(value: unknown) => void>();
      globals.airlockPush = (value) => {
        for (const take of takers) take(value);
      };
      globals.airlock = {
        ...Object.fromEntries(
          names.map((name) => [name, (request: unknown) => globals.airlockCall(name, request)]),
        ),
        [listen]: (take: (value: unknown) => void) => {
          takers.add(take);
          return () => takers.delete(take);
        },
      };
    },
    { names: main.names, listen: role === 'approval' ? 'onApprovals' : 'onState' },
  );
  await page.goto(`${origin}/${role}/index.html`);
  return {
    main,
    async push(value) {
      const parsed = main.push(role === 'approval' ? 'approvals' : 'state', value);
      await page.evaluate(
        (next) => (globalThis as unknown as PageGlobals).airlockPush(next),
        parsed,
      );
    },
    async violations(colours) {
      await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
      await page.evaluate(await readFile(axePath, 'utf8'));
      const found = await page.evaluate(() => (globalThis as unknown as PageGlobals).axe.run());
      return found.violations.map(
        (rule) =>
          `${colours} ${rule.id}: ${rule.nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join(' | ')}`,
      );
    },
  };
}

/** The test of this folder: skipped without a browser; fails on anything the page complains about. */
export const test = base.extend<{
  openPage: (role: Role, answers: Answers) => Promise<Opened>;
}>({
  openPage: async ({ page }, use) => {
    base.skip(chromiumPath === undefined, 'No Chromium on this machine.');
    const complaints: string[] = [];
    await use((role, answers) => open(page, role, answers, complaints));
    expect(complaints, 'the page complained').toEqual([]);
  },
});
