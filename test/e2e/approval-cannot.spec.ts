import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { electronPath } from '../../build/electron-runtime.mjs';
import { airlock, appArguments } from './airlock-app.ts';
import { allow, deny, protectedDesk } from './desk.ts';

/** What a page would say to allow the first card. */
const yesFor = async (page: Page) => {
  const view = await page.evaluate(() =>
    (
      window as unknown as {
        airlock: {
          getApprovals(q: object): Promise<{ cards: { id: string; revision: number }[] }>;
        };
      }
    ).airlock.getApprovals({}),
  );
  const card = view.cards[0];
  if (!card) throw new Error('no card waits');
  return { approvalId: card.id, cardRevision: card.revision, answer: 'allow' };
};

test.describe('an approval cannot be given by', () => {
  let desk: Awaited<ReturnType<typeof protectedDesk>>;
  let agent: Awaited<ReturnType<typeof desk.app.agent>>;
  let saying: Promise<{ text: string; isError: boolean }>;
  let page: Page;

  test.beforeEach(async () => {
    desk = await protectedDesk();
    agent = await desk.app.agent('.cursor/mcp.json', 'mcpServers', 'files');
    saying = agent.call('write_file', {
      path: join(desk.home.path, 'work', 'note.txt'),
      content: 'no',
    });
    page = await desk.app.approval();
  });

  test.afterEach(async () => {
    // The call still waits, nothing was written, and a real no still works.
    expect((await desk.app.state()).waiting).toBe(1);
    expect(existsSync(join(desk.home.path, 'work', 'note.txt'))).toBe(false);
    await deny(page);
    expect((await saying).isError).toBe(true);
    await agent.close();
    await desk.app.close();
    desk.home.remove();
  });

  test('the command line', async () => {
    const card = await yesFor(page);
    for (const words of [
      ['approve', card.approvalId],
      ['allow', card.approvalId],
      ['approvals', 'allow'],
      ['resume'],
    ]) {
      const ran = await airlock(desk.home, ...words);
      expect(ran.code, words.join(' ')).toBe(2);
    }
    expect((await airlock(desk.home, '--help')).out).not.toMatch(/^\s+(approve|allow|resume)\b/m);
  });

  test('a second instance', async () => {
    const card = await yesFor(page);
    const second = spawn(
      electronPath(),
      appArguments(desk.home, '--approve', card.approvalId, `airlock://approve/${card.approvalId}`),
      { env: desk.home.env, stdio: 'ignore' },
    );
    await once(second, 'exit');
    expect((await desk.app.state()).waiting).toBe(1);
  });

  test('a deep link', async () => {
    const { approvalId } = await yesFor(page);
    const handled = await desk.app.electron.evaluate(({ app }, id) => {
      const url = `airlock://approve/${id}?answer=allow`;
      app.emit('open-url', { preventDefault: () => undefined }, url);
      app.emit('second-instance', {}, [url], '', undefined);
      return ['airlock', 'airlock-desktop', 'mcp'].map((scheme) =>
        app.isDefaultProtocolClient(scheme),
      );
    }, approvalId);
    expect(handled).toEqual([false, false, false]);
  });

  test("another window's IPC", async () => {
    const yes = await yesFor(page);
    const dashboard = await desk.app.dashboard();
    const api = await dashboard.evaluate(() =>
      Object.keys((window as unknown as { airlock: object }).airlock),
    );
    expect(api).not.toContain('answerApproval');
    // A window that got hold of the raw channel, with the approval preload even, has no role.
    const answer = await desk.app.electron.evaluate(
      async ({ BrowserWindow }, { answer: given, preload }) => {
        const window = new BrowserWindow({
          show: false,
          webPreferences: { preload, sandbox: true },
        });
        await window.loadURL('app://local/approval/index.html');
        const said = await window.webContents.executeJavaScript(
          `window.airlock.answerApproval(${JSON.stringify(given)}).then(() => 'taken', (error) => String(error))`,
        );
        window.destroy();
        return String(said);
      },
      { answer: yes, preload: join(import.meta.dirname, '../../out/preload/approval.cjs') },
    );
    expect(answer).toContain('not for this window');
  });

  test('synthetic DOM events', async () => {
    await page.getByTestId('allow').and(page.locator(':enabled')).waitFor();
    await page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>('[data-testid=allow]');
      button?.click();
      for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
        button?.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }));
      }
      button?.focus();
      for (const key of ['Enter', ' ']) {
        button?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        button?.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true }));
      }
    });
    // Script in the page that skips the button and calls the API has no real press behind it either.
    const yes = await yesFor(page);
    const said = await page.evaluate(
      (given) =>
        (
          window as unknown as { airlock: { answerApproval(q: unknown): Promise<unknown> } }
        ).airlock.answerApproval(given),
      yes,
    );
    expect(said).toMatchObject({ ok: false, problem: { code: 'no-real-input' } });
  });

  test('a click within 600 ms', async () => {
    // A second, identical call changes the card; a real press that lands right then must not count.
    await page.getByTestId('allow').and(page.locator(':enabled')).waitFor();
    const box = await page.getByTestId('allow').boundingBox();
    if (!box) throw new Error('the button is not on screen');
    const second = agent.call('write_file', {
      path: join(desk.home.path, 'work', 'other.txt'),
      content: 'no',
    });
    await page.getByTestId('allow').and(page.locator(':disabled')).waitFor();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const yes = await yesFor(page);
    const said = await page.evaluate(
      (given) =>
        (
          window as unknown as { airlock: { answerApproval(q: unknown): Promise<unknown> } }
        ).airlock.answerApproval(given),
      yes,
    );
    expect(said).toMatchObject({ ok: false });
    expect((await desk.app.state()).waiting).toBe(2);
    await deny(page);
    await expect.poll(async () => (await desk.app.state()).waiting).toBe(1);
    await Promise.race([second, saying]);
  });

  test('a notification, a tray menu or a shortcut', async () => {
    const menu = await desk.app.electron.evaluate(
      ({ Menu }) => Menu.getApplicationMenu()?.items.length ?? 0,
    );
    expect(menu).toBe(0);
    expect((await desk.app.state()).waiting).toBe(1);
  });
});

test('a real click on a settled card is what does count', async () => {
  const desk = await protectedDesk();
  const agent = await desk.app.agent('.cursor/mcp.json', 'mcpServers', 'files');
  const path = join(desk.home.path, 'work', 'yes.txt');
  const saying = agent.call('write_file', { path, content: 'yes' });
  await allow(await desk.app.approval());
  expect((await saying).isError).toBe(false);
  expect(existsSync(path)).toBe(true);
  await agent.close();
  await desk.app.close();
  desk.home.remove();
});
