import { expect } from '@playwright/test';
import type { FilePreview } from '../../../shared/client.ts';
import { defaultSettings, Settings } from '../../../shared/settings.ts';
import { aScan, dashboardAnswers, dashboardState } from './dashboard-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1000, height: 700 } });

const preview = (clientId: string, clientName: string): FilePreview => ({
  clientId,
  clientName,
  path: `/home/ada/.${clientId}/mcp.json`,
  entries: ['weather'],
  basedOn: 'd'.repeat(64),
  diff: '@@ -1,1 +1,1 @@\n-      "command": "uvx",\n+      "command": "airlock-bridge",\n',
});

const answers = () => {
  const state = dashboardState({ settings: defaultSettings });
  return dashboardAnswers(state, {
    previewProtect: () => [
      preview('cursor', 'Cursor'),
      preview('claude-desktop', 'Claude Desktop'),
    ],
    protect: ({ files }) => ({
      ok: true,
      value: files.map(({ clientId, path }) => ({
        clientId,
        clientName: clientId,
        path,
        result: 'changed',
        entries: ['weather'],
      })),
    }),
    setSettings: (patch) => ({ ok: true, value: Settings.parse(patch) }),
  });
};

test('three presses of Enter protect everything and tell what to restart', async ({
  page,
  openPage,
}) => {
  const { main, violations } = await openPage('dashboard', answers());
  const welcome = page.getByRole('dialog');
  await expect(welcome).toContainText('2 AI clients on this machine use 3 servers.');
  await shoot(page, 'welcome');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await expect(page.getByRole('button', { name: 'Protect all' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(welcome).toContainText('Quit Claude Desktop fully, then start it again.');
  await shoot(page, 'welcome-done');
  expect(await violations('light')).toEqual([]);
  await expect(page.getByRole('button', { name: 'Finish' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(welcome).toHaveCount(0);
  expect(main.requests('protect')[0]?.files).toHaveLength(2);
  expect(main.requests('setSettings')).toEqual([{ introduced: true }]);
});

test('a client that is unticked is left as it is', async ({ page, openPage }) => {
  const { main, violations } = await openPage('dashboard', answers());
  await page.getByRole('button', { name: 'Choose…' }).press('Enter');
  await page.getByRole('button', { name: 'Show lines of Cursor' }).press('Enter');
  await expect(page.getByTestId('preview-diff')).toContainText('airlock-bridge');
  await page.getByRole('checkbox', { name: /Claude Desktop/ }).press('Space');
  await shoot(page, 'welcome-choose');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.getByRole('button', { name: 'Protect 1 server' }).press('Enter');
  await expect(page.getByTestId('change-result')).toBeVisible();
  expect(main.requests('protect')[0]?.files.map(({ clientId }) => clientId)).toEqual(['cursor']);
});

test('later touches nothing and does not come back', async ({ page, openPage }) => {
  const { main } = await openPage('dashboard', { ...answers(), scanClients: aScan });
  await page.getByRole('button', { name: 'Later' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(main.requests('protect')).toEqual([]);
  expect(main.requests('setSettings')).toEqual([{ introduced: true }]);
});
