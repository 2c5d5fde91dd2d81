import { expect } from '@playwright/test';
import { Settings, type SettingsPatch } from '../../../shared/settings.ts';
import { dashboardAnswers, dashboardState } from './dashboard-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1080, height: 720 } });

const saved = (patch: SettingsPatch) =>
  ({ ok: true, value: Settings.parse({ ...patch }) }) as const;

test('a typed setting is checked, saved on Enter, and a wrong one says why beside its field', async ({
  page,
  openPage,
}) => {
  const state = dashboardState({
    delivery: {
      state: 'waiting',
      endpoint: 'https://collector.example.com/v1/logs',
      pending: 1_204,
      deliveredThrough: 11_141,
      setAside: 0,
      lastError: 'The collector did not answer within 10 s.',
      nextAttemptAt: Date.now() + 42_000,
    },
    policy: {
      rules: 11,
      userFile: '/home/ada/.config/Airlock Desktop/policy.cedar',
      problems: ['Rule no-shell is not in force: line 4, unexpected end of input.'],
    },
  });
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(state, { setSettings: saved }),
  );
  await page.getByTestId('nav-settings').click();
  const seconds = page.getByRole('textbox', { name: 'Time to answer' });
  await seconds.fill('90');
  await seconds.press('Enter');
  await expect(page.getByText('Give whole seconds from 10 to 55.')).toBeVisible();
  await expect(seconds).toHaveAttribute('aria-invalid', 'true');
  expect(main.requests('setSettings')).toEqual([]);
  await shoot(page, 'settings');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await seconds.fill('30');
  await seconds.press('Enter');
  await expect.poll(() => main.requests('setSettings')).toEqual([{ approvalSeconds: 30 }]);
  await expect(page.getByText('Saved')).toBeVisible();
});

test('what main has against a setting stands beside the field', async ({ page, openPage }) => {
  const message = 'Another program already uses this shortcut. Choose another.';
  await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      setSettings: () => ({ ok: false, problem: { code: 'taken', message } }),
    }),
  );
  await page.getByTestId('nav-settings').click();
  const shortcut = page.getByRole('textbox', { name: 'Kill shortcut' });
  await shortcut.fill('CommandOrControl+K');
  await shortcut.press('Enter');
  await expect(page.getByText(message)).toBeVisible();
  await expect(shortcut).toHaveValue('CommandOrControl+K');
});

test('monitor mode is a second press after a warning; enforcing again is one', async ({
  page,
  openPage,
}) => {
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), { setSettings: saved }),
  );
  await page.getByTestId('nav-settings').click();
  await page
    .getByRole('radio', { name: 'Monitor: only record' })
    .check({ force: true })
    .catch(() => {});
  await expect(page.getByRole('dialog')).toContainText('Nothing is asked and nothing is refused');
  expect(main.requests('setSettings')).toEqual([]);
  await shoot(page, 'settings-monitor');
  expect(await violations('light')).toEqual([]);
  await page.getByTestId('confirm-monitor').click();
  await expect.poll(() => main.requests('setSettings')).toEqual([{ mode: 'monitor' }]);
});

test('the trail is verified and exported, and what is broken is told', async ({
  page,
  openPage,
}) => {
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      verifyAudit: () => ({
        ok: false,
        chain: 'c1f0a9e2',
        entries: 12_345,
        checkpoints: 24,
        firstSequence: 1,
        lastSequence: 12_345,
        lastHash: 'f'.repeat(64),
        problems: [{ sequence: 812, message: 'Its hash does not fit what it says.' }],
      }),
      exportAudit: () => ({
        ok: true,
        value: { path: '/home/ada/airlock.jsonl', entries: 12_345 },
      }),
    }),
  );
  await page.getByTestId('nav-settings').click();
  await page.getByTestId('verify').click();
  await expect(page.getByText('#812: Its hash does not fit what it says.')).toBeVisible();
  await page.getByTestId('export').click();
  await expect(page.getByText('12,345 entries written to /home/ada/airlock.jsonl')).toBeVisible();
  await page.getByTestId('export').scrollIntoViewIfNeeded();
  await shoot(page, 'settings-audit');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});
