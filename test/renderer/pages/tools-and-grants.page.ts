import { expect } from '@playwright/test';
import { aGrant, dashboardAnswers, dashboardState } from './dashboard-answers.ts';
import { heldTools } from './held-tools.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1080, height: 720 } });

test('a held tool shows both definitions and is accepted on the second press, by its hash', async ({
  page,
  openPage,
}) => {
  const state = dashboardState({ heldTools: heldTools() });
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(state, { acceptTool: () => ({ ok: true, value: null }) }),
  );
  await page.getByTestId('nav-tools').click();
  const changed = page.getByTestId('held-tool').filter({ hasText: 'search_issues' });
  await expect(changed).toContainText('Changed since it was accepted');
  await expect(changed).toContainText('MCP03:2025 Tool Poisoning');
  await expect(changed.getByRole('columnheader')).toHaveText(['Accepted', 'Held']);
  await shoot(page, 'tools');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await changed.getByTestId('accept-tool').click();
  const dialog = page.getByRole('dialog', { name: 'Accept search_issues?' });
  await expect(dialog).toContainText(heldTools()[0]?.heldHash ?? '-');
  await expect(dialog.getByRole('button', { name: 'Keep it held' })).toBeFocused();
  expect(main.requests('acceptTool')).toEqual([]);
  await shoot(page, 'tools-accept');
  expect(await violations('light')).toEqual([]);
  await page.getByTestId('confirm-accept').click();
  await expect
    .poll(() => main.requests('acceptTool'))
    .toEqual([{ serverId: 'srv_2', tool: 'search_issues', heldHash: heldTools()[0]?.heldHash }]);
});

test('a definition that changed again meanwhile is not accepted, and that is told', async ({
  page,
  openPage,
}) => {
  const message = 'The server changed the definition again. Look at the new one first.';
  await openPage(
    'dashboard',
    dashboardAnswers(dashboardState({ heldTools: heldTools().slice(1) }), {
      acceptTool: () => ({ ok: false, problem: { code: 'changed', message } }),
    }),
  );
  await page.getByTestId('nav-tools').click();
  await page.getByTestId('accept-tool').click();
  await page.getByTestId('confirm-accept').click();
  await expect(page.getByRole('alert')).toHaveText(message);
});

test('grants say what they cover and until when, go with one press, and the dead say why', async ({
  page,
  openPage,
}) => {
  let grants = [
    aGrant(),
    aGrant({
      id: 'gra_2',
      scope: 'arguments',
      duration: 'until',
      expiresAt: Date.now() + 1_800_000,
      argumentsText: '{"path":"/home/ada/reports/2026-q3.md"}',
    }),
    aGrant({ id: 'gra_3', scope: 'server', duration: 'session', dead: 'session-ended' }),
  ];
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      listGrants: () => grants,
      revokeGrant: ({ grantId }) => {
        grants = grants.map((one) => (one.id === grantId ? { ...one, dead: 'revoked' } : one));
      },
    }),
  );
  await page.getByTestId('nav-grants').click();
  const live = page.getByRole('region', { name: 'In force', exact: true });
  await expect(live.getByTestId('grant')).toHaveCount(2);
  await expect(live).toContainText('write_file with any arguments, up to a risk of “changes data”');
  await expect(page.getByRole('region', { name: 'No longer in force' })).toContainText(
    'The session ended',
  );
  await shoot(page, 'grants');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await live.getByTestId('revoke').first().click();
  await expect(live.getByTestId('grant')).toHaveCount(1);
  expect(main.requests('revokeGrant')).toEqual([{ grantId: 'gra_1' }]);
  await expect(page.getByRole('region', { name: 'No longer in force' })).toContainText('Revoked');
});

test('both screens say so when they are empty', async ({ page, openPage }) => {
  const { violations } = await openPage('dashboard', dashboardAnswers(dashboardState()));
  await page.getByTestId('nav-tools').click();
  await expect(page.getByText('No tool is held')).toBeVisible();
  expect(await violations('light')).toEqual([]);
  await page.getByTestId('nav-grants').click();
  await expect(page.getByText('Nothing is granted')).toBeVisible();
  expect(await violations('dark')).toEqual([]);
});
