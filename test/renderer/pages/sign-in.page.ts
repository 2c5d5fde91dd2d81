import { expect } from '@playwright/test';
import type { Reply } from '../../../shared/ipc.ts';
import type { SignInView } from '../../../shared/sign-in.ts';
import { remoteScan, signIns } from './connection-answers.ts';
import { dashboardAnswers, dashboardState } from './dashboard-answers.ts';
import { test } from './open-page.ts';
import { shoot } from './shots.ts';

test.use({ viewport: { width: 1080, height: 720 } });

const line = (name: string) => `sign-in-con_${name}`;

test('each remote server shows its address, how it is spoken to, and how its sign-in stands', async ({
  page,
  openPage,
}) => {
  const state = dashboardState({}, [
    { connectionId: 'con_github', name: 'github', clients: ['Cursor', 'Claude Code'] },
  ]);
  const { violations } = await openPage(
    'dashboard',
    dashboardAnswers(state, { scanClients: remoteScan, listSignIns: signIns }),
  );
  const attention = page.getByTestId('attention').getByRole('listitem');
  await expect(attention).toContainText('github needs you to sign in (Cursor, Claude Code).');
  await attention.getByRole('button', { name: 'Sign in' }).click();
  const cursor = page.getByRole('region', { name: 'Cursor' });
  await expect(cursor).toContainText('https://api.githubcopilot.com/mcp');
  await expect(cursor).toContainText('remote, over SSE');
  await expect(page.getByTestId(line('github'))).toContainText('Needs you to sign in');
  await expect(page.getByTestId(line('github'))).toContainText('Its calls fail until you do.');
  await expect(page.getByTestId(line('linear'))).toContainText(
    'Signed in at login.linear.app as ada@example.com',
  );
  await expect(page.getByTestId(line('linear'))).toContainText('Renews by itself.');
  await expect(page.getByTestId(line('notion'))).toContainText('The server has not asked for it.');
  await expect(page.getByTestId(line('sentry'))).toContainText('The keychain is locked');
  await expect(page.getByTestId(line('sentry')).getByRole('button')).toHaveCount(0);
  await shoot(page, 'connections-sign-in');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('a sign-in waits for the browser, opens it again, and ends signed in', async ({
  page,
  openPage,
}) => {
  let items: SignInView[] = signIns();
  let end: (reply: Reply<'signIn'>) => void = () => undefined;
  const ended = new Promise<Reply<'signIn'>>((resolve) => {
    end = resolve;
  });
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      scanClients: remoteScan,
      listSignIns: () => items,
      signIn: () => ended,
    }),
  );
  await page.getByTestId('nav-connections').click();
  const github = page.getByTestId(line('github'));
  await github.getByRole('button', { name: 'Sign in to github' }).click();
  await expect(github).toContainText('Waiting for your browser');
  await shoot(page, 'sign-in-waiting');
  expect(await violations('light')).toEqual([]);
  await github.getByRole('button', { name: 'Open the browser again' }).click();
  await expect.poll(() => main.requests('signIn').length).toBe(2);
  expect(main.requests('signIn')[1]).toEqual({ connectionId: 'con_github' });
  const status = {
    state: 'signed-in',
    issuer: 'https://github.com/login/oauth',
    scopes: [],
    renews: false,
    expiresAt: Date.now() + 1_800_000,
  } as const;
  items = items.map((item) => (item.connectionId === 'con_github' ? { ...item, status } : item));
  end({ ok: true, value: status });
  await expect(github).toContainText('Signed in at github.com');
  await expect(github).toContainText('then you sign in again.');
});

test('Cancel stops the sign-in, and what went wrong is told in a sentence', async ({
  page,
  openPage,
}) => {
  const ends: ((reply: Reply<'signIn'>) => void)[] = [];
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      scanClients: remoteScan,
      listSignIns: signIns,
      signIn: () => new Promise((resolve) => ends.push(resolve)),
      cancelSignIn: () =>
        ends.shift()?.({ ok: false, problem: { code: 'stopped', message: 'It was stopped.' } }),
    }),
  );
  await page.getByTestId('nav-connections').click();
  const github = page.getByTestId(line('github'));
  const signIn = github.getByRole('button', { name: 'Sign in to github' });
  await signIn.click();
  await github.getByRole('button', { name: 'Cancel the sign-in to github' }).click();
  await expect(signIn).toBeVisible();
  await expect(github).not.toContainText('It was stopped.');
  expect(main.requests('cancelSignIn')).toEqual([{ connectionId: 'con_github' }]);
  await signIn.click();
  await expect.poll(() => ends.length).toBe(1);
  const message = 'github.com did not answer. Check your network, then try again.';
  ends.shift()?.({ ok: false, problem: { code: 'unreachable', message } });
  await expect(github).toContainText(message);
  await shoot(page, 'sign-in-failed');
  expect(await violations('light')).toEqual([]);
  expect(await violations('dark')).toEqual([]);
});

test('signing out asks first, and says whether the access was revoked', async ({
  page,
  openPage,
}) => {
  const status = {
    state: 'signed-in',
    issuer: 'https://id.example/',
    scopes: [],
    renews: true,
  } as const;
  const { main, violations } = await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      scanClients: remoteScan,
      listSignIns: () =>
        ['con_github', 'con_hub'].map((connectionId) => ({ connectionId, status })),
      signOut: () => ({ ok: true, value: { revoked: 'failed' } }),
    }),
  );
  await page.getByTestId('nav-connections').click();
  const out = page.getByRole('button', { name: 'Sign out… of github' });
  await out.click();
  const dialog = page.getByRole('dialog', { name: 'Sign out of github' });
  await expect(dialog).toContainText('Cursor and Claude Code');
  await expect(dialog.getByRole('button', { name: 'Stay signed in' })).toBeFocused();
  await shoot(page, 'sign-out');
  expect(await violations('light')).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  expect(main.requests('signOut')).toEqual([]);
  await out.click();
  await page.getByTestId('confirm-sign-out').click();
  await expect(dialog.getByRole('alert')).toContainText('id.example did not revoke the access');
  await shoot(page, 'signed-out');
  expect(await violations('dark')).toEqual([]);
  expect(main.requests('signOut')).toEqual([{ connectionId: 'con_github' }]);
});

test('where the statuses cannot be read, the rest of the screen stands', async ({
  page,
  openPage,
}) => {
  let fails = true;
  await openPage(
    'dashboard',
    dashboardAnswers(dashboardState(), {
      scanClients: remoteScan,
      listSignIns() {
        if (fails) throw new Error('The database is locked.');
        return signIns();
      },
    }),
  );
  await page.getByTestId('nav-connections').click();
  await expect(page.getByRole('alert')).toContainText('The database is locked.');
  await expect(page.getByRole('region', { name: 'Cursor' })).toBeVisible();
  fails = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId(line('linear'))).toBeVisible();
});
