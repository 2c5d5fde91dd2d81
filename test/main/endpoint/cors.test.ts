import { describe, expect, test } from 'vitest';
import { ask, beginSession, modernAsk, modernHeaders, startRig, until } from './rig.ts';

const origin = 'https://app.example';
const asked = {
  origin,
  authorization: undefined,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization, Mcp-Method,mcp-param-region,x-evil, ,a:b',
};
const corsFields = (headers: object) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-') || name === 'vary');

describe('a web page', () => {
  test('of no allowed origin learns nothing, whatever it asks, and neither does a program', async () => {
    const rig = await startRig();
    const preflight = await rig.send('OPTIONS', { headers: asked });
    expect(preflight.status).toBe(403);
    expect(corsFields(preflight.headers)).toEqual([]);
    const headers = await beginSession(rig);
    const answer = await rig.post(ask('echo'), headers);
    expect(answer.status).toBe(200);
    expect(corsFields(answer.headers)).toEqual([]);
    const other = await startRig({ origins: [origin] });
    const foreign = await other.send('OPTIONS', {
      headers: { ...asked, origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
    expect(corsFields(foreign.headers)).toEqual([]);
    expect(rig.refused.map(({ code }) => code)).toEqual(['bad-origin']);
  });

  test('of an allowed origin is told what it may send, without a token and without a session', async () => {
    const rig = await startRig({ origins: [origin] });
    const { status, headers } = await rig.send('OPTIONS', {
      headers: { ...asked, 'access-control-request-private-network': 'true' },
    });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': 'authorization, mcp-method, mcp-param-region',
      'access-control-allow-private-network': 'true',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const plain = await rig.send('OPTIONS', {
      headers: { ...asked, 'access-control-request-headers': 'x-evil' },
    });
    expect(corsFields(plain.headers)).not.toContain('access-control-allow-headers');
    expect(corsFields(plain.headers)).not.toContain('access-control-allow-private-network');
    expect(rig.sessions).toHaveLength(0);
  });

  test('of an allowed origin may read every answer, a stream and a refusal too', async () => {
    const rig = await startRig({
      origins: [origin],
      react(session, { id, method }) {
        if (method !== 'tools/list') return;
        session.say({ method: 'notifications/message', params: { level: 'info', data: 'x' } });
        session.say({ jsonrpc: '2.0', id, result: { resultType: 'complete', tools: [] } });
      },
    });
    const json = await rig.post(modernAsk('tools/list', {}, 1), {
      ...modernHeaders('tools/list'),
      origin,
    });
    expect(json.status).toBe(200);
    const refused = await rig.post(ask('tools/list'), { origin, authorization: undefined });
    expect(refused.status).toBe(401);
    for (const { headers } of [json, refused])
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'Mcp-Session-Id, WWW-Authenticate',
      });
    const listening = rig.start('POST', {
      headers: { ...modernHeaders('subscriptions/listen'), origin },
      body: JSON.stringify(modernAsk('subscriptions/listen', { notifications: {} }, 2)),
    });
    await until(() => rig.sessions.length > 0 && rig.sessions.some((one) => one.lines.length > 1));
    rig.sessions[0]?.say({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 2 } },
    });
    const stream = await listening;
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'access-control-allow-origin': origin,
    });
  });

  test('still needs the token, and OPTIONS of nobody in particular is no question', async () => {
    const rig = await startRig({ origins: [origin] });
    const bare = await rig.send('OPTIONS', { headers: { origin, authorization: undefined } });
    expect(bare.status).toBe(401);
    const program = await rig.send('OPTIONS', {});
    expect(program.status).toBe(405);
  });
});
