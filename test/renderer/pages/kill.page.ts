import { expect } from '@playwright/test';
import type { Kill } from '../../../shared/kill.ts';
import { killReport } from './approval-answers.ts';
import { dashboardAnswers, dashboardState, liveSessions } from './dashboard-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1080, height: 720 } });

const aKill = (over: Partial<Kill> = {}): Kill => ({
  id: 'kil_1',
  scope: { kind: 'all' },
  origin: 'tray',
  by: 'ada',
  at: Date.now() - 120_000,
  ...over,
});

test('the switch stops everything, a client or a server, in two presses', async ({
  page,
  openPage,
}) => {
  const state = dashboardState({ sessions: liveSessions() });
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(state, { kill: () => killReport() }),
  );
  await page.getByTestId('kill').click();
  await expect(page.getByRole('menuitem')).toHaveText([
    'Stop everything…',
    'Cursor',
    'Claude Desktop',
    /files/,
    /github/,
  ]);
  await shoot(page, 'kill-menu');
  expect(await violations('light')).toEqual([]);
  await page.getByRole('menuitem', { name: 'Claude Desktop' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop Claude Desktop?' });
  await expect(dialog).toBeVisible();
  expect(main.requests('kill')).toEqual([]);
  await shoot(page, 'kill-confirm');
  await page.getByTestId('confirm-kill').click();
  await expect(page.getByTestId('kill-report')).toContainText(
    '3 sessions stopped, 4 processes ended, 1 waiting approval denied; verified, none left.',
  );
  expect(main.requests('kill')).toEqual([
    { scope: { kind: 'client', clientId: 'claude-desktop' } },
  ]);
  expect(await violations('dark')).toEqual([]);
});

test('the whole switch works by keyboard', async ({ page, openPage }) => {
  const { main } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), { kill: () => killReport() }),
  );
  await page.getByTestId('kill').press('Enter');
  await page.getByRole('menuitem', { name: 'Stop everything…' }).press('Enter');
  await expect(page.getByTestId('confirm-kill')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => main.requests('kill')).toEqual([{ scope: { kind: 'all' } }]);
});

test('a survivor is named with its process id, in red', async ({ page, openPage }) => {
  const survivor = {
    kind: 'process' as const,
    id: 'p',
    name: 'python agent.py',
    pid: 4711,
    stopped: false,
    detail: 'did not end on SIGKILL',
  };
  const report = killReport({ survivors: [survivor], verified: false });
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), { kill: () => report }),
  );
  await page.getByTestId('kill').click();
  await page.getByRole('menuitem', { name: 'Stop everything…' }).click();
  await page.getByTestId('confirm-kill').click();
  await expect(page.getByText('Still running: python agent.py (pid 4711)')).toBeVisible();
  await shoot(page, 'kill-survivor');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('what is stopped is said loudly, and resuming takes a reason', async ({ page, openPage }) => {
  const managed = aKill({
    id: 'kil_2',
    origin: 'managed',
    by: 'Acme IT',
    scope: { kind: 'server', serverId: 'srv_2' },
    reason: 'The vendor reported a breach.',
  });
  const state = dashboardState({
    kills: [aKill(), managed],
    lastKill: killReport(),
    sessions: liveSessions(),
  });
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(state, { resume: () => ({ ok: true, value: null }) }),
  );
  const stopped = page.getByTestId('stopped');
  await expect(stopped).toContainText('Everything is stopped: every agent call is refused');
  await expect(stopped).toContainText('https://api.githubcopilot.com/mcp/');
  await expect(stopped).toContainText('Only your organisation can lift this.');
  await expect(page.getByTestId('resume')).toHaveCount(1);
  await shoot(page, 'stopped');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.getByTestId('resume').click();
  await page.getByTestId('confirm-resume').click();
  await expect(page.getByRole('alert')).toContainText('Say why in a few words');
  expect(main.requests('resume')).toEqual([]);
  await page.getByRole('textbox', { name: 'Reason' }).fill('Checked with the team');
  await shoot(page, 'resume');
  expect(await violations('light')).toEqual([]);
  await page.getByTestId('confirm-resume').click();
  await expect
    .poll(() => main.requests('resume'))
    .toEqual([{ killId: 'kil_1', reason: 'Checked with the team' }]);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
