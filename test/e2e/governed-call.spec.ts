import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { airlock } from './airlock-app.ts';
import { allow, deny, protectedDesk } from './desk.ts';

test.describe('a governed call in the real app', () => {
  let desk: Awaited<ReturnType<typeof protectedDesk>>;

  test.beforeEach(async () => {
    desk = await protectedDesk();
  });
  test.afterEach(async () => {
    await desk.app.close();
    desk.home.remove();
  });

  const note = () => join(desk.home.path, 'work', 'note.txt');
  /** A client lists the tools before it calls one. */
  const files = async () => {
    const agent = await desk.app.agent('.cursor/mcp.json', 'mcpServers', 'files');
    await agent.tools();
    return agent;
  };

  test('a read runs by itself and is in the trail', async () => {
    const agent = await files();
    const said = await agent.call('read_text_file', {
      path: join(desk.home.path, 'work', 'notes.txt'),
    });
    expect(said).toEqual({ text: 'remember the milk\n', isError: false });
    await agent.close();
    await expect
      .poll(async () =>
        (await desk.app.state()).recent.map((e) => `${e.kind} ${e.tool?.name ?? ''}`),
      )
      .toContain('call.closed read_text_file');
  });

  test('a write waits for a person, shows its arguments, and runs once allowed', async () => {
    const agent = await files();
    const saying = agent.call('write_file', { path: note(), content: 'hello' });
    const page = await desk.app.approval();
    await expect(page.getByTestId('arguments')).toContainText('hello');
    await expect(page.getByTestId('approval-card')).toContainText('Cursor');
    expect(existsSync(note())).toBe(false);
    await allow(page);
    expect((await saying).isError).toBe(false);
    expect(readFileSync(note(), 'utf8')).toBe('hello');
    const entry = (await desk.app.state()).recent.find((e) => e.kind === 'call.answered');
    expect(entry?.approver).toMatchObject({ how: 'person' });
    expect(entry?.approver?.lookedMs).toBeGreaterThanOrEqual(600);
    await agent.close();
  });

  test('a denied write never reaches the server, and the model is told why', async () => {
    const agent = await files();
    const saying = agent.call('write_file', { path: note(), content: 'no' });
    await deny(await desk.app.approval());
    const said = await saying;
    expect(said.isError).toBe(true);
    expect(said.text).toContain('said no');
    expect(existsSync(note())).toBe(false);
    await agent.close();
  });

  test('the kill switch denies what waits, ends the servers, and holds until a person resumes', async () => {
    const agent = await files();
    const saying = agent.call('write_file', { path: note(), content: 'no' });
    await desk.app.approval();
    const killed = await airlock(desk.home, 'kill', '--json');
    expect(killed.code, killed.err).toBe(0);
    expect(JSON.parse(killed.out)).toMatchObject({ verified: true });
    expect((await saying.catch(() => ({ isError: true }))).isError).toBe(true);
    expect(existsSync(note())).toBe(false);
    expect((await desk.app.state()).protection).toBe('stopped');
    await agent.close();
    const page = await desk.app.dashboard();
    await page.getByTestId('resume').click();
    await page.getByRole('textbox', { name: /reason/i }).fill('checked with the team');
    await page
      .getByRole('button', { name: /resume/i })
      .last()
      .click();
    await expect.poll(async () => (await desk.app.state()).protection).not.toBe('stopped');
    const again = await files();
    expect(
      (await again.call('list_directory', { path: join(desk.home.path, 'work') })).isError,
    ).toBe(false);
    await again.close();
  });

  test('a poisoned tool is not shown to the agent, and cannot be called', async () => {
    const agent = await desk.app.agent('.cursor/mcp.json', 'mcpServers', 'weather');
    expect(await agent.tools()).toEqual(['get_forecast', 'list_alerts', 'get_version']);
    const said = await agent.call('get_history', { city: 'Oslo' });
    expect(said.isError).toBe(true);
    expect(said.text).toMatch(/held|quarantin/i);
    await agent.close();
  });

  test('a tool that changes its definition is held until a person has seen the difference', async () => {
    const agent = await desk.app.agent('.cursor/mcp.json', 'mcpServers', 'weather');
    await agent.tools();
    expect((await agent.call('list_alerts', {})).isError).toBe(false);
    await agent.call('get_version', {});
    expect(await agent.tools()).toEqual(['get_forecast', 'get_version']);
    expect((await agent.call('list_alerts', {})).isError).toBe(true);
    const state = await desk.app.state();
    expect(state.heldTools.find((held) => held.tool === 'list_alerts')).toMatchObject({
      state: 'changed',
    });
    await agent.close();
  });

  test('the secret of an entry left the config and still reaches its server', async () => {
    expect(desk.home.read('.cursor/mcp.json')).not.toContain('demo-secret-value');
    const agent = await desk.app.agent('.cursor/mcp.json', 'mcpServers', 'everything');
    const saying = agent.call('get-env', {});
    const page = await desk.app.approval();
    await allow(page);
    expect((await saying).text).toContain('demo-secret-value-1234567890');
    await agent.close();
    const exported = await airlock(desk.home, 'audit', 'export');
    expect(exported.out).not.toContain('demo-secret-value');
  });
});
