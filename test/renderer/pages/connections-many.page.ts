import { expect, type Page } from '@playwright/test';
import { aSession } from '../../fakes/state.ts';
import { largeScan, remoteScan, ungoverned } from './connection-answers.ts';
import { dashboardAnswers, dashboardState } from './dashboard-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1080, height: 720 } });

const failedSession = () =>
  aSession({
    sessionId: 'ses_9',
    connectionId: 'con_10',
    connectionName: 'server-10',
    clientId: 'client-1',
    clientName: 'Client 1',
    state: 'failed',
    detail: 'The server ended at once: npx was not found. Install Node.js, then start it again.',
  });

test('what is blocked, and what no config leads to, is shown with its reason', async ({
  page,
  openPage,
}) => {
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(
      dashboardState({
        sessions: [aSession({ connectionId: 'con_gone', state: 'failed', detail: 'It crashed.' })],
      }),
      { scanClients: remoteScan },
    ),
  );
  await page.getByTestId('nav-connections').click();
  await expect(page.getByRole('region', { name: 'Cursor' })).toContainText(
    'Your organisation’s list of denied servers names it',
  );
  await expect(page.getByRole('region', { name: 'No longer in a config' })).toContainText(
    'It crashed.',
  );
  const seen = page.getByRole('region', { name: 'Seen, not governed' });
  await expect(seen).toContainText('PDF Tools');
  await expect(seen).toContainText('Review and restrict connectors');
  await seen.scrollIntoViewIfNeeded();
  await shoot(page, 'connections-ungoverned');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('a long list of what is not governed starts closed, also where no client is found', async ({
  page,
  openPage,
}) => {
  const many = Array.from({ length: 40 }, (_, n) =>
    ungoverned().map((one) => ({ ...one, name: `${one.name} ${n}` })),
  ).flat();
  await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      scanClients: () => ({ clients: [], servers: [], ungoverned: many }),
    }),
  );
  await page.getByTestId('nav-connections').click();
  const seen = page.getByRole('region', { name: 'Seen, not governed' });
  await expect(seen.getByRole('listitem')).toHaveCount(0);
  await seen.getByRole('button', { name: 'Seen, not governed 80' }).click();
  await expect(seen.getByRole('listitem')).toHaveCount(80);
});

test('two hundred servers: filtered, folded and searched by keyboard alone', async ({
  page,
  openPage,
}) => {
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState({ sessions: [failedSession()] }), { scanClients: largeScan }),
  );
  await page.getByTestId('nav-connections').click();
  const cards = page.getByTestId('clients').getByRole('region');
  await expect(cards).toHaveCount(30);
  await expect(page.getByRole('radio', { name: 'All 200' })).toBeChecked();
  // Those that want nothing of a person are closed.
  const head = (n: number) => page.getByRole('button', { name: new RegExp(`^Client ${n} `) });
  await expect(head(0)).toHaveAttribute('aria-expanded', 'true');
  await expect(head(2)).toHaveAttribute('aria-expanded', 'false');
  await expect(head(1)).toHaveAttribute('aria-expanded', 'true');
  await shoot(page, 'connections-many');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);

  await page.getByRole('radio', { name: 'All 200' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Not protected 10' })).toBeChecked();
  await expect(cards).toHaveCount(10);
  await page.keyboard.press('ArrowRight');
  await expect(cards).toHaveCount(1);
  await expect(cards).toContainText('npx was not found');
  await shoot(page, 'connections-problems');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.type('server-142');
  await expect(cards).toHaveCount(1);
  await expect(cards).toContainText('server-142');
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox').fill('no such server');
  await expect(page.getByText('Nothing matches')).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).press('Enter');
  await expect(cards).toHaveCount(30);

  await head(2).focus();
  await page.keyboard.press('Enter');
  await expect(head(2)).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(head(3)).toBeFocused();
  await page.keyboard.press('End');
  await expect(head(29)).toBeFocused();
  await page.keyboard.press('Home');
  await expect(head(0)).toBeFocused();
  await page.getByRole('button', { name: 'Close all' }).press('Enter');
  await expect(page.getByRole('listitem').filter({ hasText: 'server-' })).toHaveCount(0);
});

const measures = ['TaskDuration', 'ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];

/** Milliseconds of work on the page's own thread, which a busy machine hardly lengthens: all of it, and its parts. */
async function work(page: Page, act: () => Promise<void>) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return measures.map((wanted) => metrics.find(({ name }) => name === wanted)?.value ?? NaN);
  };
  const before = await read();
  await act();
  const after = await read();
  await devtools.detach();
  const parts = after.map((value, n) => (value - (before[n] ?? NaN)) * 1_000);
  const words = measures.map((name, n) => `${name} ${parts[n]?.toFixed(0)} ms`).join(', ');
  return { all: parts[0] ?? NaN, words };
}

test('two hundred servers are drawn in a moment, and each push costs little', async ({
  page,
  openPage,
}) => {
  const { push } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), { scanClients: largeScan }),
  );
  await page.getByTestId('nav-connections').click();
  await expect(page.getByTestId('clients').getByRole('region')).toHaveCount(30);
  const all = page.getByRole('listitem').filter({ hasText: 'server-' });
  const fold = (name: string) =>
    page.getByRole('button', { name }).evaluate(async (button) => {
      (button as HTMLElement).click();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    });
  await fold('Close all');
  const drawn = await work(page, () => fold('Open all'));
  await expect(all).toHaveCount(200);
  const pushed = await work(page, () => push(dashboardState({ sessions: [failedSession()] })));
  await expect(page.getByText('npx was not found')).toBeVisible();
  for (const { words } of [drawn, pushed]) {
    test.info().annotations.push({ type: 'work', description: words });
  }
  expect(drawn.all).toBeLessThan(100);
  expect(pushed.all).toBeLessThan(100);
});
