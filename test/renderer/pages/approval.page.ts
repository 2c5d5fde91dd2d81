import { expect } from '@playwright/test';
import { aCard, aView } from '../../fakes/approval-card.ts';
import { approvalAnswers, poisonedCard } from './approval-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 540, height: 700 } });

test('shows who asks, for what, with which arguments and why', async ({ page, openPage }) => {
  const { violations } = await openPage('approval', approvalAnswers(aView(aCard())));
  const card = page.getByTestId('approval-card');
  await expect(card.getByRole('heading', { level: 1 })).toContainText('Cursor wants to run');
  await expect(card.getByRole('heading', { level: 1 })).toContainText('write_file');
  await expect(page.getByTestId('arguments')).toContainText('/home/ada/reports/2026-q3.md');
  await expect(card).toContainText('Tools that change something ask first.');
  await expect(page.getByTestId('countdown')).toHaveText(/^\(4\d\)$/);
  await expect(page.getByTestId('allow')).toBeEnabled();
  await shoot(page, 'approval-plain');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('names findings with their OWASP id, what is new, and what else waits', async ({
  page,
  openPage,
}) => {
  const other = aCard({ id: 'apr_3', clientName: 'Claude Code', tool: 'send_email' });
  const view = aView(poisonedCard(), aCard(), other);
  const { violations } = await openPage('approval', approvalAnswers(view));
  const card = page.getByTestId('approval-card');
  await expect(card).toContainText('MCP06:2025 Intent Flow Subversion');
  await expect(card.getByRole('region', { name: 'New since last time' })).toContainText(
    'branch: "tmp/fix-1" → "main"',
  );
  await expect(page.getByRole('navigation', { name: '2 more waiting' })).toBeVisible();
  await expect(page.getByRole('combobox')).toHaveCount(0);
  await expect(page.getByTestId('allow')).toBeEnabled();
  await shoot(page, 'approval-findings');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.getByRole('button', { name: /Show Claude Code send_email/ }).click();
  await expect(card.getByRole('heading', { level: 1 })).toContainText('send_email');
});

test('text of a tool is shown as text, never as markup', async ({ page, openPage }) => {
  const tool = '<img src=x onerror=alert(1)>';
  const argumentsText = '{ "html": "<script>alert(1)</script>" }';
  await openPage('approval', approvalAnswers(aView(aCard({ tool, argumentsText }))));
  await expect(page.getByRole('heading', { level: 1 })).toContainText(tool);
  await expect(page.getByTestId('arguments')).toHaveText(argumentsText);
  await expect(page.locator('#root img, #root script')).toHaveCount(0);
});

test('long arguments scroll and open without moving the buttons out of view', async ({
  page,
  openPage,
}) => {
  const lines = Array.from({ length: 120 }, (_, n) => [`line-${n}`, 'x'.repeat(60)]);
  const argumentsText = JSON.stringify(Object.fromEntries(lines), null, 2);
  const { violations } = await openPage(
    'approval',
    approvalAnswers(aView(aCard({ argumentsText }))),
  );
  const inView = () => expect(page.getByTestId('allow')).toBeInViewport({ ratio: 1 });
  await inView();
  await shoot(page, 'approval-long');
  await page.getByRole('button', { name: 'Show all of it' }).click();
  await expect(page.getByRole('button', { name: 'Show less' })).toBeAttached();
  await inView();
  await page.setViewportSize({ width: 420, height: 480 });
  await inView();
  await shoot(page, 'approval-small');
  expect(await violations('light')).toEqual([]);
});

test('a card that ran out offers the next ten minutes, for exactly that call', async ({
  page,
  openPage,
}) => {
  const late = aCard({ state: 'expired', deadline: Date.now() + 9.5 * 60_000 });
  const { main, violations } = await openPage('approval', approvalAnswers(aView(late)));
  await expect(page.getByTestId('approval-card')).toContainText('Too late for that call.');
  await expect(page.getByRole('combobox')).toHaveCount(0);
  await expect(page.getByTestId('allow')).toBeEnabled();
  await shoot(page, 'approval-expired');
  expect(await violations('dark')).toEqual([]);
  await page.getByTestId('allow').click();
  await expect
    .poll(() => main.requests('answerApproval'))
    .toEqual([
      {
        approvalId: 'apr_1',
        cardRevision: 1,
        answer: 'allow',
        scope: 'arguments',
        duration: 'once',
      },
    ]);
});

test('a flood is one line with a count, to pause or deny', async ({ page, openPage }) => {
  const flood = aCard({
    id: 'flood:con_1',
    state: 'collapsed',
    tool: '',
    argumentsText: '',
    count: 41,
    scopes: [],
    durations: [],
  });
  const { main, violations } = await openPage('approval', approvalAnswers(aView(aCard(), flood)));
  await expect(page.getByTestId('flood')).toContainText('41 more calls from Cursor to files');
  await expect(page.getByTestId('approval-card')).toHaveCount(1);
  await shoot(page, 'approval-flood');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.getByRole('button', { name: 'Pause this connection' }).click();
  await expect.poll(() => main.requests('pauseConnection')).toEqual([{ connectionId: 'con_1' }]);
  await page.getByRole('button', { name: 'Deny these 41' }).click();
  await expect
    .poll(() => main.requests('answerApproval'))
    .toMatchObject([{ approvalId: 'flood:con_1', answer: 'deny' }]);
});

test('says so when nothing waits, and when what waits cannot be read', async ({
  page,
  openPage,
}) => {
  let fails = true;
  const { violations } = await openPage('approval', {
    getApprovals: () => {
      if (fails) throw new Error('The app is shutting down.');
      return aView();
    },
  });
  await expect(page.getByRole('main')).toContainText('The app is shutting down.');
  expect(await violations('light')).toEqual([]);
  fails = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing waits for you');
  await shoot(page, 'approval-empty');
  expect(await violations('dark')).toEqual([]);
});
