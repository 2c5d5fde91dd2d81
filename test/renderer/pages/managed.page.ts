import { expect } from '@playwright/test';
import { dashboardAnswers, dashboardState } from './dashboard-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1000, height: 700 } });

const sentence = 'Example Ltd has set this. You cannot change it.';
const managed = () =>
  dashboardState({
    holds: {
      mode: {
        source: 'managed',
        hold: 'floored',
        floor: 'enforce',
        sentence: 'Example Ltd allows enforce or stricter here.',
      },
      killShortcut: { source: 'managed', hold: 'locked', sentence },
    },
    managed: {
      state: 'managed',
      organisation: 'Example Ltd',
      contact: 'mailto:it@example.com',
      serial: 42,
      issued: '2026-11-20T08:00:00Z',
      expires: '2099-12-20T08:00:00Z',
      checkedAt: Date.now() - 60_000,
      notices: [
        { id: 'n1', text: 'Airlock is updated on Friday.', severity: 'info' },
        { id: 'n2', text: 'Do not use the weather server.', severity: 'critical' },
      ],
      problems: [],
    },
    signedIn: {
      person: { kind: 'os', name: 'ada', groups: [] },
      status: { state: 'signed-out', issuer: 'https://login.example.com', required: true },
    },
    configChanges: [
      {
        id: 'chg_1',
        kind: 'new-entry',
        clientId: 'cursor',
        clientName: 'Cursor',
        file: '/home/ada/.cursor/mcp.json',
        entry: 'notes',
        sentence: 'A new server starts without Airlock. Decide what happens to it.',
        detectedAt: Date.now() - 60_000,
        choices: ['route', 'block', 'leave'],
      },
    ],
  });

test('what the organisation holds is locked and says so; access is asked for', async ({
  page,
  openPage,
}) => {
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(managed(), { requestAccess: () => ({ ok: true, value: null }) }),
  );
  await page.getByTestId('nav-settings').click();
  await expect(page.getByRole('textbox', { name: 'Kill shortcut' })).toBeDisabled();
  await expect(page.getByRole('radio', { name: 'Monitor: only record' })).toBeDisabled();
  await expect(page.getByText(sentence)).toBeVisible();
  await shoot(page, 'managed-settings');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.getByTestId('request-access').click();
  await page.getByRole('textbox').last().fill('I need the notes server.');
  await page.getByTestId('open-message').click();
  await expect(page.getByText('The message is open. Send it there.')).toBeVisible();
  expect(main.requests('requestAccess')[0]?.details).toContain('I need the notes server.');
  expect(main.requests('requestAccess')[0]?.details).toContain('policy 42');
});

test('a change from outside is decided where it is shown, and a required sign-in is begun', async ({
  page,
  openPage,
}) => {
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(managed(), {
      decideConfigChange: () => ({ ok: true, value: null }),
      signInPerson: () => ({ ok: false, problem: { code: 'no-answer', message: 'No answer.' } }),
    }),
  );
  await page.getByTestId('nav-connections').click();
  const changes = page.getByRole('region', { name: 'Changed outside Airlock' });
  await expect(changes).toContainText('A new server starts without Airlock.');
  await shoot(page, 'config-changes');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await changes.getByRole('button', { name: 'Route through Airlock (notes)' }).click();
  await expect
    .poll(() => main.requests('decideConfigChange'))
    .toEqual([{ id: 'chg_1', choice: 'route' }]);
  await page.getByTestId('banner-sign-in').click();
  await expect(page.getByRole('alert')).toContainText('No answer.');
});
