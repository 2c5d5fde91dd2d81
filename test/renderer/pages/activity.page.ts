import { expect } from '@playwright/test';
import type { Entry } from '../../../shared/audit.ts';
import { callEntries } from '../../fakes/entry.ts';
import { aDay, dashboardAnswers, dashboardState, liveSessions } from './dashboard-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1080, height: 720 } });

test('one row for each call, with who, what, decision and outcome', async ({ page, openPage }) => {
  const state = dashboardState({ sessions: liveSessions(), recent: aDay() });
  const { violations } = await openPage('dashboard', dashboardAnswers(state));
  const rows = page.getByTestId('activity-row');
  await expect(rows).toHaveCount(10);
  await expect(rows.first()).toContainText('read_text_file');
  await expect(rows.first()).toContainText('Running');
  await expect(rows.filter({ hasText: 'delete_branch' })).toContainText('Denied by ada');
  await expect(rows.filter({ hasText: 'delete_branch' })).toContainText('Serious finding');
  await shoot(page, 'activity');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('a row opens the whole record, by keyboard too, and Escape closes it', async ({
  page,
  openPage,
}) => {
  const { violations } = await openPage('dashboard', dashboardAnswers(dashboardState()));
  await page.getByRole('button', { name: 'run_command' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: 'create_issue' })).toBeFocused();
  await page.getByRole('button', { name: 'delete_branch' }).press('Enter');
  const record = page.getByRole('dialog', { name: 'delete_branch' });
  await expect(record).toContainText('MCP06:2025 Intent Flow Subversion');
  await expect(record).toContainText('Tools that change something ask first.');
  await expect(record).toContainText('built in');
  await expect(record).toContainText('2.8 s');
  // A number no double can hold must be shown as it was sent.
  await expect(record).toContainText('12345678901234567890');
  await shoot(page, 'activity-record');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(record).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'delete_branch' })).toBeFocused();
});

test('a row of a filtered list opens with all entries of its call', async ({ page, openPage }) => {
  const { main } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      listActivity: ({ callId, outcome }) =>
        aDay().filter((entry) =>
          callId === undefined
            ? outcome !== 'refused' || entry.outcome?.startsWith('denied')
            : entry.callId === callId,
        ),
    }),
  );
  await page.getByRole('radio', { name: 'Refused' }).check();
  await expect(page.getByTestId('activity-row')).toHaveCount(3);
  await page.getByRole('button', { name: 'delete_branch' }).click();
  const record = page.getByRole('dialog', { name: 'delete_branch' });
  // Only the opening entry holds the arguments, and the filter found the closing one.
  await expect(record).toContainText('12345678901234567890');
  await expect(record).toContainText('#9 Call came in');
  await expect(record).toContainText('#10 Call ended');
  expect(main.requests('listActivity').at(-1)).toEqual({
    callId: 'cal_9',
    near: 10,
    limit: 200,
    search: '',
    outcome: 'all',
  });
});

test('where the rest of a call cannot be read, the record says so and shows what is known', async ({
  page,
  openPage,
}) => {
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      listActivity({ callId }) {
        if (callId !== undefined) throw new Error('The database is locked.');
        return aDay();
      },
    }),
  );
  await page.getByRole('button', { name: 'delete_branch' }).click();
  const record = page.getByRole('dialog', { name: 'delete_branch' });
  await expect(record.getByRole('alert')).toContainText('The database is locked.');
  await expect(record).toContainText('#10 Call ended');
  expect(await violations('light')).toEqual([]);
});

test('a call that ends while it is looked at fills its row', async ({ page, openPage }) => {
  const [closed, opened] = callEntries(101, 'long_query');
  if (!closed || !opened) throw new Error('a call has two entries');
  const { push } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState({ recent: [opened] }), { listActivity: () => [opened] }),
  );
  const row = page.getByTestId('activity-row');
  await expect(row).toContainText('Running');
  await push(dashboardState({ recent: [closed, opened] }));
  await expect(row).toContainText('Done');
  await expect(row).toHaveCount(1);
});

test('filter and search are asked of main, over the whole trail', async ({ page, openPage }) => {
  const { main } = await openPage('dashboard', dashboardAnswers(dashboardState()));
  await page.getByRole('radio', { name: 'Refused' }).check();
  await page.getByRole('searchbox', { name: 'Search activity' }).fill('branch');
  await expect
    .poll(() => main.requests('listActivity').at(-1))
    .toEqual({ limit: 200, search: 'branch', outcome: 'refused' });
});

test('ten thousand rows scroll with a handful drawn, and older ones load', async ({
  page,
  openPage,
}) => {
  const entries: Entry[] = [];
  for (let n = 10_000; n > 0; n -= 1) entries.push(...callEntries(n * 2, `tool_${n}`));
  const { main } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      listActivity: ({ before, limit }) =>
        entries.filter((entry) => entry.sequence < (before ?? Infinity)).slice(0, limit),
    }),
  );
  await expect(page.getByTestId('activity-row').first()).toContainText('tool_10000');
  expect(await page.getByTestId('activity-row').count()).toBeLessThan(60);
  const older = page.getByRole('button', { name: 'Load older' });
  await older.scrollIntoViewIfNeeded();
  await expect(page.getByText('tool_9901')).toBeVisible();
  await older.click();
  await expect.poll(() => main.requests('listActivity').at(-1)).toMatchObject({ before: 19_802 });
  await expect(page.getByText('tool_9890')).toBeAttached();
  expect(await page.getByTestId('activity-row').count()).toBeLessThan(60);
});

test('says when there is nothing, and when the trail cannot be read', async ({
  page,
  openPage,
}) => {
  let fails = true;
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      listActivity: () => {
        if (fails) throw new Error('The database is locked.');
        return [];
      },
    }),
  );
  await expect(page.getByRole('alert')).toContainText('The database is locked.');
  fails = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('No calls yet')).toBeVisible();
  await shoot(page, 'activity-empty');
  expect(await violations('light')).toEqual([]);
  await page.getByRole('button', { name: 'See connections' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connections');
});
