import { expect } from '@playwright/test';
import { aCard, aView } from '../../fakes/approval-card.ts';
import { approvalAnswers, killReport, poisonedCard } from './approval-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 540, height: 700 } });

test('nothing has the focus, Enter and Escape do nothing, and Tab comes to Allow last', async ({
  page,
  openPage,
}) => {
  const { main } = await openPage('approval', approvalAnswers(aView(aCard())));
  await expect(page.getByTestId('allow')).toBeEnabled();
  await expect(page.locator('body')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  const order: string[] = [];
  for (let n = 0; n < 6; n += 1) {
    await page.keyboard.press('Tab');
    order.push(
      await page.evaluate(() => {
        const at = document.activeElement;
        return at?.getAttribute('data-testid') ?? at?.tagName.toLowerCase() ?? '';
      }),
    );
  }
  // The scope is locked while the yes is for one call, so Tab passes it by.
  expect(order).toEqual(['kill', 'arguments', 'summary', 'select', 'deny', 'allow']);
  expect(main.requests('answerApproval')).toEqual([]);
  await page.keyboard.press('Enter');
  await expect.poll(() => main.requests('answerApproval')).toMatchObject([{ answer: 'allow' }]);
});

test('a click that script makes does not count', async ({ page, openPage }) => {
  const { main } = await openPage('approval', approvalAnswers(aView(aCard())));
  await expect(page.getByTestId('allow')).toBeEnabled();
  for (const name of ['allow', 'deny']) {
    await page.getByTestId(name).evaluate((button) => {
      (button as HTMLButtonElement).click();
      button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    });
  }
  expect(main.requests('answerApproval')).toEqual([]);
  await page.getByTestId('allow').click();
  await expect.poll(() => main.requests('answerApproval')).toHaveLength(1);
});

test('a change closes Allow until it has been on screen for a while, and says why', async ({
  page,
  openPage,
}) => {
  const { main, push } = await openPage('approval', approvalAnswers(aView(aCard())));
  await expect(page.getByTestId('allow')).toBeEnabled();
  const view = aView(aCard({ revision: 2, argumentsText: '{ "path": "/etc/passwd" }' }));
  await push(view);
  await expect(page.getByTestId('allow')).toBeDisabled();
  await expect(page.getByTestId('deny')).toBeEnabled();
  await expect(page.getByTestId('approval-card')).toContainText('read it first');
  await expect
    .poll(() => main.requests('approvalsShown').at(-1))
    .toEqual({ revision: view.revision });
  await expect(page.getByTestId('allow')).toBeEnabled();
});

test('another card closes both buttons and takes the focus off them', async ({
  page,
  openPage,
}) => {
  const { push } = await openPage('approval', approvalAnswers(aView(aCard())));
  await expect(page.getByTestId('allow')).toBeEnabled();
  await page.getByTestId('allow').focus();
  await push(aView(poisonedCard()));
  await expect(page.getByTestId('deny')).toBeDisabled();
  await expect(page.getByTestId('allow')).toBeDisabled();
  await expect(page.locator('body')).toBeFocused();
  await expect(page.getByTestId('allow')).toBeEnabled();
});

test('a new card does not take the place of the one being read', async ({ page, openPage }) => {
  const first = aCard();
  const { push } = await openPage('approval', approvalAnswers(aView(first)));
  const title = page.getByTestId('approval-card').getByRole('heading', { level: 1 });
  await expect(title).toContainText('write_file');
  await push(aView({ ...poisonedCard(), deadline: first.deadline - 5_000 }, first));
  await expect(page.getByRole('navigation', { name: '1 more waiting' })).toBeVisible();
  await expect(title).toContainText('write_file');
});

test('an older view never replaces a newer one', async ({ page, openPage }) => {
  const old = aView(aCard({ tool: 'old_tool' }));
  const { push } = await openPage('approval', approvalAnswers(aView(aCard())));
  await expect(page.getByTestId('approval-card')).toContainText('write_file');
  await push(old);
  await push(aView(aCard({ revision: 2, tool: 'new_tool' })));
  await expect(page.getByTestId('approval-card')).toContainText('new_tool');
  await expect(page.getByText('old_tool')).toHaveCount(0);
});

test('a wider yes is chosen by hand, said in words, and sent as chosen', async ({
  page,
  openPage,
}) => {
  const { main } = await openPage('approval', approvalAnswers(aView(aCard())));
  const duration = page.getByRole('combobox', { name: 'For how long' });
  const scope = page.getByRole('combobox', { name: 'For what' });
  await expect(duration).toHaveValue('once');
  await expect(scope).toBeDisabled();
  await duration.selectOption('until');
  await scope.selectOption('tool');
  await expect(page.getByTestId('approval-card')).toContainText(
    'For one hour, no question for write_file with any arguments from Cursor.',
  );
  await shoot(page, 'approval-wide');
  await page.getByRole('button', { name: 'Allow for an hour' }).click();
  await expect
    .poll(() => main.requests('answerApproval'))
    .toMatchObject([{ answer: 'allow', scope: 'tool', duration: 'until' }]);
});

test('a refused answer says why and settles anew', async ({ page, openPage }) => {
  const message = 'The request appeared or changed just now. Read it, then answer again.';
  const { main } = await openPage(
    'approval',
    approvalAnswers(aView(aCard()), {
      answerApproval: () => ({ ok: false, problem: { code: 'too-soon', message } }),
    }),
  );
  await page.getByTestId('allow').click();
  await expect(page.getByRole('alert')).toHaveText(message);
  await expect.poll(() => main.requests('approvalsShown').length).toBeGreaterThan(1);
  await expect(page.getByTestId('allow')).toBeEnabled();
});

test('nothing can be allowed when main does not hear what was shown', async ({
  page,
  openPage,
}) => {
  await openPage(
    'approval',
    approvalAnswers(aView(aCard()), {
      approvalsShown: () => {
        throw new Error('gone');
      },
    }),
  );
  await expect(page.getByTestId('approval-card')).toContainText('nothing can be allowed from here');
  await expect(page.getByTestId('allow')).toBeDisabled();
  await expect(page.getByTestId('deny')).toBeEnabled();
});

test('everything is stopped in two presses, and what survived is named', async ({
  page,
  openPage,
}) => {
  const survivor = {
    kind: 'process' as const,
    id: 'p',
    name: 'python agent.py',
    pid: 4711,
    stopped: false,
    detail: 'still there',
  };
  const { main, violations } = await openPage(
    'approval',
    approvalAnswers(aView(aCard()), {
      kill: () => killReport({ survivors: [survivor], verified: false }),
    }),
  );
  await page.getByTestId('kill').click();
  expect(main.requests('kill')).toEqual([]);
  await shoot(page, 'approval-kill');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
  await page.getByTestId('confirm-kill').click();
  await expect(page.getByTestId('kill-report')).toHaveText(
    '3 sessions stopped, 4 processes ended, 1 waiting approval denied; 1 thing is still running.',
  );
  await expect(page.getByText('Still running: python agent.py (pid 4711)')).toBeVisible();
  expect(main.requests('kill')).toEqual([{ scope: { kind: 'all' } }]);
});
