import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../../main/oauth/loopback-listener.ts';
import { openReceiver, type RedirectReceiver } from '../../../main/oauth/redirect-receiver.ts';

let receiver: RedirectReceiver;
const state = 'the-state';
const live = new AbortController().signal;

async function open(port?: number): Promise<void> {
  const opened = await openReceiver(listenOnLoopback, { path: '/secret-path', port, state });
  if (!opened.ok) throw new Error(opened.problem.message);
  receiver = opened.value;
}

afterEach(() => receiver.close());

const get = (query: string, more: RequestInit = {}) =>
  fetch(`${receiver.redirectUri}${query}`, more);

describe('the redirect listener', () => {
  test('takes the one redirect with its path and state, and shows how it ended', async () => {
    await open();
    const page = get(`?code=c&state=${state}`);
    const redirect = await receiver.wait(5000, live);
    expect(redirect.ok && redirect.value.parameters.get('code')).toBe('c');
    if (redirect.ok) redirect.value.show(undefined);
    const answer = await page;
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('You are signed in.');
  });

  test('shows a page that loads nothing, is kept nowhere and tells its address to nobody', async () => {
    await open();
    const page = get(`?code=c&state=${state}`);
    const redirect = await receiver.wait(5000, live);
    if (redirect.ok) redirect.value.show('It went <wrong>.');
    const answer = await page;
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('It went &lt;wrong&gt;.');
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('ignores every other request, and still takes the right one', async () => {
    await open();
    const { origin } = new URL(receiver.redirectUri);
    const statuses = [
      await fetch(`${origin}/`),
      await fetch(`${origin}/favicon.ico`),
      await fetch(`${origin}/secret-pat?code=x&state=${state}`),
      await fetch(`${origin}/secret-path/?code=x&state=${state}`),
      await get('?code=x&state=guessed'),
      await get('?code=x'),
      await get(`?code=x&state=${state}&state=${state}`),
      await get(`?code=x&state=${state}`, { method: 'POST', body: 'code=x' }),
      await get(`?code=x&state=${state}`, { method: 'HEAD' }),
      await get(`?state=${state}&code=${'x'.repeat(9000)}`),
    ].map(({ status }) => status);
    expect(statuses).toEqual([404, 404, 404, 404, 400, 400, 400, 405, 405, 404]);
    const page = get(`?code=right&state=${state}`);
    const redirect = await receiver.wait(5000, live);
    expect(redirect.ok && redirect.value.parameters.get('code')).toBe('right');
    if (redirect.ok) redirect.value.show(undefined);
    await (await page).text();
  });

  test('is of no use to a page that came by another name (DNS rebinding)', async () => {
    await open();
    const status = await new Promise((resolve) => {
      const url = `${receiver.redirectUri}?code=c&state=${state}`;
      const headers = { host: `evil.example:${receiver.port}` };
      request(url, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(404);
  });

  test('takes the redirect once: a second one changes nothing', async () => {
    await open();
    const first = get(`?code=first&state=${state}`);
    const redirect = await receiver.wait(5000, live);
    const second = await get(`?code=second&state=${state}`);
    expect(second.status).toBe(410);
    const again = await receiver.wait(5000, live);
    expect(again.ok && again.value.parameters.get('code')).toBe('first');
    if (redirect.ok) redirect.value.show(undefined);
    expect((await first).status).toBe(200);
  });

  test('waits no longer than its limit, and stops when told', async () => {
    await open();
    expect(await receiver.wait(20, live)).toMatchObject({ problem: { code: 'sign-in-timed-out' } });
    const stop = new AbortController();
    const waiting = receiver.wait(5000, stop.signal);
    stop.abort();
    expect(await waiting).toMatchObject({ problem: { code: 'stopped' } });
    expect(await receiver.wait(5000, stop.signal)).toMatchObject({ problem: { code: 'stopped' } });
  });

  test('listens on 127.0.0.1 alone, at the wanted port or, where that is taken, at another', async () => {
    await open();
    expect(receiver.redirectUri).toBe(`http://127.0.0.1:${receiver.port}/secret-path`);
    const first = receiver;
    await open(first.port);
    expect(receiver.port).not.toBe(first.port);
    await first.close();
    const second = receiver;
    await open(first.port);
    expect(receiver.port).toBe(first.port);
    await second.close();
  });

  test('is gone once it is closed', async () => {
    await open();
    await receiver.close();
    await expect(get(`?code=c&state=${state}`)).rejects.toThrow();
  });

  test('says so where nothing can listen', async () => {
    await open();
    const none = async () => ({ ok: false, problem: { code: 'x', message: 'No.' } }) as const;
    const opened = await openReceiver(none, { path: '/', port: undefined, state });
    expect(opened).toEqual({ ok: false, problem: { code: 'listener-failed', message: 'No.' } });
  });
});
