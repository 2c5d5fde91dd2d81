import { expect, type Page } from '@playwright/test';
import { dashboardAnswers, dashboardState } from './dashboard-answers.ts';
import { anInventory, largeInventory } from './inventory-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1000, height: 700 } });

test('servers with owner, agents and route, narrowed down, and all that is known in a drawer', async ({
  page,
  openPage,
}) => {
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), { getInventory: anInventory }),
  );
  await page.getByTestId('nav-inventory').click();
  const servers = page.getByRole('region', { name: 'Servers' });
  await expect(servers.getByRole('listitem')).toHaveCount(3);
  await expect(page.getByText('3 servers, used by 3 agents; 1 not protected.')).toBeVisible();
  await shoot(page, 'inventory');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('Client 2');
  await expect(servers.getByRole('listitem')).toHaveCount(2);
  await page.getByRole('radio', { name: 'Not protected 1' }).press('Space');
  await expect(servers.getByRole('listitem')).toHaveCount(1);
  await servers.getByRole('button').press('Enter');
  const drawer = page.getByTestId('server');
  await expect(drawer).toContainText('Client 2 starts it itself, without Airlock.');
  await expect(drawer).toContainText('Secret in plain text: env.WEATHER_TOKEN (API key)');
  await shoot(page, 'inventory-drawer');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('a listener is asked only after its exact address was shown', async ({ page, openPage }) => {
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      getInventory: anInventory,
      probeEndpoint: ({ url }) => ({
        ok: true,
        value: {
          url,
          answer: 'mcp',
          server: { name: 'figma', version: '2.1' },
          detail: 'It answered the greeting.',
          at: 1,
        },
      }),
    }),
  );
  await page.getByTestId('nav-inventory').click();
  await page.getByRole('button', { name: /Listening on this machine/ }).click();
  await page.getByRole('button', { name: 'Look… at port 3845' }).click();
  await expect(page.getByRole('dialog')).toContainText('http://127.0.0.1:3845/mcp');
  expect(main.requests('probeEndpoint')).toEqual([]);
  await page.getByTestId('probe').click();
  await expect(page.getByRole('dialog')).toContainText('This is an MCP server: figma 2.1');
  expect(main.requests('probeEndpoint')).toEqual([{ url: 'http://127.0.0.1:3845/mcp' }]);
  await shoot(page, 'inventory-probe');
  expect(await violations('light')).toEqual([]);
});

test('says what it found nothing of, and why a look failed', async ({ page, openPage }) => {
  let fails = true;
  await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      getInventory: () => {
        if (fails) throw new Error('The processes cannot be read.');
        const none = { agents: [], servers: [], stray: [], listeners: [] };
        return { ...anInventory(), ...none, ungoverned: [], problems: [] };
      },
    }),
  );
  await page.getByTestId('nav-inventory').click();
  await expect(page.getByRole('alert')).toContainText('The processes cannot be read.');
  fails = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('No MCP servers found')).toBeVisible();
  await expect(page.getByText('No running program looks like an MCP server')).toBeVisible();
});

/** Milliseconds of work on the page's own thread, which a busy machine hardly lengthens. */
async function work(page: Page, act: () => Promise<void>): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  const before = await read();
  await act();
  const after = await read();
  await devtools.detach();
  return (after - before) * 1_000;
}

test('two hundred servers of thirty clients are drawn in a moment', async ({ page, openPage }) => {
  await openPage('dashboard', dashboardAnswers(dashboardState(), { getInventory: largeInventory }));
  await page.getByTestId('nav-inventory').click();
  const rows = page.getByRole('region', { name: 'Servers' }).getByRole('listitem');
  await expect(rows).toHaveCount(25);
  const all = page.getByRole('button', { name: 'Show all 200 servers' });
  const drawn = await work(page, () =>
    all.evaluate(async (button) => {
      (button as HTMLElement).click();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }),
  );
  await expect(rows).toHaveCount(200);
  test.info().annotations.push({ type: 'work', description: `${drawn.toFixed(0)} ms` });
  expect(drawn).toBeLessThan(100);
});
