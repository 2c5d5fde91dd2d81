import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { OAuth } from '../../../main/oauth/oauth.ts';
import type { HttpPorts } from '../../../main/upstream/http-ports.ts';
import { ok } from '../../../shared/outcome.ts';
import { aRemote, closeRemotes } from '../../fakes/remote.ts';
import { startProvider } from './provider.ts';
import { rig } from './rig.ts';

/** Joined with the real transport to remote servers, as the app joins them, against the real authorization server. */
let provider: Awaited<ReturnType<typeof startProvider>>;
let r: ReturnType<typeof rig>;

beforeAll(async () => {
  provider = await startProvider(60);
});
afterAll(() => provider.stop());
afterEach(async () => {
  await closeRemotes();
  await r.end();
});

/** Calls go one by one here, so the header sent last is the one that was refused. */
function joined(oauth: OAuth): Partial<HttpPorts> {
  const at = { connectionId: 'c', resourceUrl: provider.resource };
  let sent: string | undefined;
  return {
    async authorize() {
      const given = await oauth.headersFor(at);
      if (!given.ok) return given;
      sent = given.value?.Authorization;
      return ok({ ...given.value });
    },
    async challenged({ status, wwwAuthenticate }) {
      const met = await oauth.challenged({ ...at, status, wwwAuthenticate, sent });
      return met.ok ? met.value : met.problem;
    },
  };
}

const begin = (): void => {
  r = rig({ c: { resourceUrl: provider.resource, name: 'Notes' } });
};

test('a client’s calls go through with a sign-in, a step-up and a renewal, and it sees no token', async () => {
  begin();
  const remote = aRemote(provider.resource, joined(r.oauth));
  const list = await remote.request({ id: 1, method: 'tools/list' });
  expect(list).toMatchObject({ result: { account: 'ada', scope: 'mcp:read' } });
  const call = await remote.request({ id: 2, method: 'tools/call', params: { name: 'x' } });
  expect(call).toMatchObject({ result: { scope: 'mcp:read mcp:write' } });
  const first = r.secrets();
  r.pass(50_000);
  expect(await remote.request({ id: 3, method: 'tools/list' })).toMatchObject({ result: {} });
  expect(r.secrets().some((secret) => first.includes(secret))).toBe(false);
  expect(r.opened).toHaveLength(2);
  for (const secret of [...first, ...r.secrets()]) {
    expect(remote.lines.join() + remote.reports.join()).not.toContain(secret);
  }
});

test('a refused sign-in is the answer to the call, in the words for the model', async () => {
  begin();
  r.person.agrees = false;
  const remote = aRemote(provider.resource, joined(r.oauth));
  expect(await remote.request({ id: 1, method: 'tools/list' })).toMatchObject({
    error: {
      message: expect.stringContaining('Nobody agreed to sign in'),
      data: { code: 'sign-in-declined' },
    },
  });
});
