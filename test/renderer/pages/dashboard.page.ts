import { expect } from '@playwright/test';
import { knownSettings } from '../../fakes/state.ts';
import { aDay, dashboardAnswers, dashboardState, liveSessions } from './dashboard-answers.ts';
import { heldTools } from './held-tools.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1080, height: 720 } });

test('what wants attention is listed, and each matter leads to where it is settled', async ({
  page,
  openPage,
}) => {
  const state = dashboardState({
    sessions: liveSessions(),
    waiting: 2,
    heldTools: heldTools(),
    recent: aDay(),
    keychain: { available: false, problem: 'The keychain is locked; unlock it and try again.' },
  });
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(state, { openApprovals: () => undefined }),
  );
  await expect(page.getByTestId('protection')).toHaveText('Needs attention (4)');
  await expect(page.getByTestId('attention').getByRole('listitem')).toHaveCount(4);
  await shoot(page, 'attention');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.getByRole('button', { name: 'Answer 2 waiting calls' }).click();
  await expect.poll(() => main.requests('openApprovals')).toHaveLength(1);
  await page.getByTestId('protection').click();
  await shoot(page, 'protection');
  expect(await violations('light')).toEqual([]);
  await page
    .getByRole('dialog', { name: 'How things stand' })
    .getByRole('button', { name: 'Review' })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tools held');
});

test('monitor mode and a trail that cannot be written are said loudly', async ({
  page,
  openPage,
}) => {
  const state = dashboardState({
    settings: { ...knownSettings, mode: 'monitor' },
    trail: { chain: 'c', sequence: 9, writable: false, problem: 'The disk is full.' },
  });
  const { violations } = await openPage('dashboard', dashboardAnswers(state));
  await expect(page.getByTestId('protection')).toHaveText('Monitor mode');
  await expect(page.getByText('lets every call through')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('The disk is full.');
  await shoot(page, 'monitor');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('every screen is reached by keyboard and marked as current', async ({ page, openPage }) => {
  await openPage('dashboard', dashboardAnswers(dashboardState()));
  for (const screen of ['connections', 'inventory', 'tools', 'grants', 'settings', 'activity']) {
    await page.getByTestId(`nav-${screen}`).press('Enter');
    await expect(page.getByTestId(`nav-${screen}`)).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
});

test('follows the theme of the settings over that of the system', async ({ page, openPage }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  const settings = { ...knownSettings, theme: 'dark' as const };
  const { push } = await openPage('dashboard', dashboardAnswers(dashboardState({ settings })));
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect.poll(ground).toBe('rgb(26, 27, 30)');
  await push(dashboardState({ settings: { ...settings, theme: 'light' } }));
  await expect.poll(ground).toBe('rgb(244, 244, 246)');
});

test('a state that is older than the one shown does not count', async ({ page, openPage }) => {
  const old = dashboardState({ waiting: 7 });
  const { push } = await openPage('dashboard', dashboardAnswers(dashboardState({ waiting: 1 })));
  await expect(page.getByRole('button', { name: 'Answer 1 waiting call' })).toBeVisible();
  await push(old);
  await push(dashboardState({ waiting: 2 }));
  await expect(page.getByRole('button', { name: 'Answer 2 waiting calls' })).toBeVisible();
});

test('says so when the state cannot be read', async ({ page, openPage }) => {
  const { violations } = await openPage('dashboard', {
    getState: () => {
      throw new Error('The app is shutting down.');
    },
  });
  await expect(page.getByRole('alert')).toContainText('The app is shutting down.');
  expect(await violations('light')).toEqual([]);
});
