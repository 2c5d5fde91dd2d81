import { expect } from '@playwright/test';
import type { FilePreview } from '../../../shared/client.ts';
import { aScan, dashboardAnswers, dashboardState, liveSessions } from './dashboard-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1080, height: 720 } });

const previews: FilePreview[] = [
  {
    clientId: 'cursor',
    clientName: 'Cursor',
    path: '/home/ada/.cursor/mcp.json',
    entries: ['weather'],
    basedOn: 'd'.repeat(64),
    diff: [
      '--- /home/ada/.cursor/mcp.json',
      '+++ /home/ada/.cursor/mcp.json',
      '@@ -6,8 +6,7 @@',
      '     },',
      '     "weather": {',
      '-      "command": "uvx",',
      '-      "args": ["mcp-weather", "--units", "metric"],',
      '-      "env": { "WEATHER_TOKEN": "•••" }',
      '+      "command": "/home/ada/.airlock/bin/airlock-bridge",',
      '+      "args": ["con_3"]',
      '     }',
      '   }',
      ' }',
      '',
    ].join('\n'),
  },
  {
    clientId: 'claude-desktop',
    clientName: 'Claude Desktop',
    path: '/home/ada/.config/Claude/claude_desktop_config.json',
    entries: [],
    basedOn: 'e'.repeat(64),
    diff: '',
    refused: 'It is no valid JSON, so Claude Desktop cannot read it either. Mend it first.',
  },
];

test('clients with their files and servers, and how each stands', async ({ page, openPage }) => {
  const state = dashboardState({ sessions: liveSessions() });
  const { violations } = await openPage('dashboard', dashboardAnswers(state));
  await page.getByTestId('nav-connections').click();
  const cursor = page.getByRole('region', { name: 'Cursor' });
  await expect(cursor).toContainText('1 of 3 servers protected');
  await expect(cursor).toContainText('Calls were seen passing through Airlock.');
  await expect(cursor).toContainText('Live, 12 calls');
  await expect(cursor).toContainText('Secret in plain text: env.WEATHER_TOKEN (API key)');
  await expect(cursor).toContainText('It speaks WebSocket, which Airlock cannot pass on yet.');
  await expect(page.getByRole('region', { name: 'Claude Desktop' })).toContainText('line 14');
  await shoot(page, 'connections');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('in the smallest window nothing of a client is cut off', async ({ page, openPage }) => {
  await page.setViewportSize({ width: 760, height: 520 });
  await openPage('dashboard', dashboardAnswers(dashboardState()));
  await page.getByTestId('nav-connections').click();
  const cursor = page.getByRole('region', { name: 'Cursor' });
  await expect(cursor).toBeVisible();
  const hidden = () => cursor.evaluate((card) => card.scrollHeight - card.clientHeight);
  await expect.poll(hidden).toBe(0);
});

test('protecting shows every line first, then what to do so that it takes effect', async ({
  page,
  openPage,
}) => {
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      previewProtect: () => previews,
      protect: () => ({
        ok: true,
        value: [
          {
            clientId: 'cursor',
            clientName: 'Cursor',
            path: '/home/ada/.cursor/mcp.json',
            result: 'changed',
            entries: ['weather'],
          },
        ],
      }),
    }),
  );
  await page.getByTestId('nav-connections').click();
  await page.getByTestId('protect').click();
  await expect(page.getByTestId('preview-diff')).toContainText('airlock-bridge');
  await expect(page.getByTestId('preview-diff')).toContainText('Left alone:');
  await shoot(page, 'protect-preview');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  expect(main.requests('protect')).toEqual([]);
  await page.getByTestId('confirm-protect').click();
  await expect(page.getByTestId('change-result')).toContainText(
    '1 server now goes through Airlock',
  );
  await expect(page.getByTestId('change-result')).toContainText('Cursor notices by itself');
  await shoot(page, 'protect-result');
  expect(await violations('light')).toEqual([]);
  expect(main.requests('protect')).toEqual([
    {
      files: [{ clientId: 'cursor', path: '/home/ada/.cursor/mcp.json', basedOn: 'd'.repeat(64) }],
    },
  ]);
  expect(main.requests('scanClients').length).toBeGreaterThan(1);
});

test('one client is restored by itself, and a refusal is told', async ({ page, openPage }) => {
  const message = 'The file changed since the preview. Look again.';
  const { main } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      previewRestore: () => previews.slice(0, 1),
      restore: () => ({ ok: false, problem: { code: 'changed', message } }),
    }),
  );
  await page.getByTestId('nav-connections').click();
  await page.getByTestId('restore-cursor').click();
  await page.getByTestId('confirm-restore').click();
  await expect(page.getByRole('alert')).toHaveText(message);
  expect(main.requests('previewRestore')).toEqual([{ clientId: 'cursor' }]);
});

test('says what it looks for when no client is found, and when the scan fails', async ({
  page,
  openPage,
}) => {
  let fails = true;
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      scanClients: () => {
        if (fails) throw new Error('The home folder cannot be read.');
        return { ...aScan(), clients: [] };
      },
    }),
  );
  await page.getByTestId('nav-connections').click();
  await expect(page.getByRole('alert')).toContainText('The home folder cannot be read.');
  fails = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('No AI clients found')).toBeVisible();
  expect(await violations('light')).toEqual([]);
});
