import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { ApprovalsView } from '../../shared/approval.ts';
import type { Entry } from '../../shared/audit.ts';
import type { Agent, Said } from '../fakes/agent.ts';
import { claudeCode, claudeDesktop, cursor, vscode } from './desk.ts';
import { until } from './ledger.ts';
import { photographApproval } from './pictures.ts';
import { fromPage, type Stage } from './stage.ts';

/** A press on a button of the card, as a person does it: once it has settled, with the pointer. */
const press = (page: Page, button: 'allow' | 'deny') =>
  page.getByTestId(button).click({ timeout: 20_000 });

const newest = async (stage: Stage, is: (entry: Entry) => boolean): Promise<Entry> => {
  let found: Entry | undefined;
  await until('the entry is in the trail', async () => {
    found = (await stage.app().state()).recent.find(is);
    return found !== undefined;
  });
  return found as Entry;
};

/** Everything that script in the approval window can try; none of it may count. */
async function tryToApprove(page: Page): Promise<unknown> {
  await page.getByTestId('allow').and(page.locator(':enabled')).waitFor({ timeout: 20_000 });
  await page.evaluate(() => {
    const button = document.querySelector<HTMLButtonElement>('[data-testid=allow]');
    button?.click();
    for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
      button?.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }));
    }
  });
  const card = (await fromPage<ApprovalsView>(page, 'getApprovals', {})).cards[0];
  assert.ok(card);
  const { id: approvalId, revision: cardRevision } = card;
  return fromPage(page, 'answerApproval', { approvalId, cardRevision, answer: 'allow' });
}

const plan = '# Plan\n\n1. Read the notes.\n2. Buy milk.\n3. Tell the team.\n';

/** Reads, writes, a yes, a no, and a script that tries to say yes. */
export async function governedCalls(stage: Stage): Promise<void> {
  const { desk, ledger } = stage;
  const { check } = ledger;
  ledger.act("Cursor's agent works through Airlock");
  const agent = await stage.agent(cursor, 'files');
  const write = (path: string, content: string): Promise<Said> =>
    agent.call('write_file', { path: join(desk.work, path), content });

  await check('a read runs by itself', async () => {
    const said = await agent.call('read_text_file', { path: join(desk.work, 'notes.txt') });
    assert.deepEqual(said, { text: 'remember the milk\n', isError: false });
    assert.equal((await stage.app().state()).waiting, 0);
    stage.states.set('calm', await stage.app().state());
  });

  const saying = write('plan.md', plan);
  const page = await stage.app().approval();
  await check('a write waits for a person: the card shows who, what and the bytes', async () => {
    const card = await page.getByTestId('approval-card').first().textContent();
    for (const word of ['Cursor', 'write_file']) assert.ok(card?.includes(word), card ?? word);
    const shown = await page.getByTestId('arguments').first().textContent();
    assert.ok(shown?.includes('Buy milk.'), shown ?? 'no arguments');
    assert.ok(!existsSync(join(desk.work, 'plan.md')), 'nothing is written before the yes');
    stage.states.set('waiting', await stage.app().state());
  });
  await check(
    'script in the page cannot press Allow, nor answer without a real press',
    async () => {
      const said = (await tryToApprove(page)) as { ok: boolean; problem?: { code: string } };
      assert.equal(said.problem?.code, 'no-real-input');
      assert.equal((await stage.app().state()).waiting, 1);
      assert.ok(!existsSync(join(desk.work, 'plan.md')));
    },
  );
  await check('the approval window has its picture taken, light and dark', () =>
    photographApproval(page),
  );
  await check('a real click on Allow lets exactly those bytes through', async () => {
    await press(page, 'allow');
    assert.equal((await saying).isError, false);
    assert.equal(readFileSync(join(desk.work, 'plan.md'), 'utf8'), plan);
  });
  await check('the trail names the person, and how long they looked', async () => {
    const { approver } = await newest(stage, (entry) => entry.kind === 'call.answered');
    assert.equal(approver?.how, 'person');
    assert.ok((approver?.lookedMs ?? 0) >= 600);
  });
  await check('a denied write never happens, and the agent is told so', async () => {
    const refused = write('evil.sh', 'rm -rf ~');
    await press(await stage.app().approval(), 'deny');
    const said = await refused;
    assert.equal(said.isError, true);
    assert.match(said.text, /said no/i);
    assert.ok(!existsSync(join(desk.work, 'evil.sh')));
  });
  await grants(stage, agent);
}

async function grants(stage: Stage, agent: Agent): Promise<void> {
  const { desk, ledger } = stage;
  const { check } = ledger;
  const make = (name: string): Promise<Said> =>
    agent.call('create_directory', { path: join(desk.work, name) });

  await check(
    '“always, any call of this tool” lets the next call through without asking',
    async () => {
      const first = make('reports');
      const page = await stage.app().approval();
      await page.getByLabel('For how long').selectOption('always');
      await page.getByLabel('For what').selectOption('tool');
      await press(page, 'allow');
      assert.equal((await first).isError, false);
      assert.equal((await make('drafts')).isError, false);
      assert.ok(existsSync(join(desk.work, 'drafts')));
      const { approver } = await newest(stage, ({ approver: by }) => by?.how === 'grant');
      assert.ok(approver?.grantId);
    },
  );
  await check('revoked in the dashboard, the same tool asks again', async () => {
    const dashboard = await stage.app().dashboard();
    await dashboard.getByTestId('nav-grants').click();
    await dashboard.getByTestId('revoke').first().click({ timeout: 20_000 });
    await newest(stage, (entry) => entry.kind === 'grant.revoked');
    const again = make('private');
    await press(await stage.app().approval(), 'deny');
    assert.equal((await again).isError, true);
    assert.ok(!existsSync(join(desk.work, 'private')));
  });
}

/** The other clients' entries lead through Airlock too. */
export async function otherClients(stage: Stage): Promise<void> {
  const { desk, ledger } = stage;
  ledger.act('The other clients go the same way');
  const reading = { path: join(desk.work, 'notes.txt') };
  const ways = [
    [claudeDesktop, 'files', 'read_text_file', reading, 'remember the milk'],
    [vscode, 'files', 'read_text_file', reading, 'remember the milk'],
    [claudeCode, 'everything', 'get-sum', { a: 2, b: 40 }, '42'],
  ] as const;
  for (const [client, name, tool, args, expected] of ways) {
    await ledger.check(
      `${client.name}: ${tool} of “${name}” runs, and is in the trail as its`,
      async () => {
        const agent = await stage.agent(client, name);
        const asked = agent.call(tool, args);
        const said = await (tool === 'get-sum' ? allowed(stage, asked) : asked);
        assert.ok(said.text.includes(expected), said.text);
        await newest(
          stage,
          (entry) =>
            entry.kind === 'call.closed' && entry.agent?.id === client.id && entry.outcome === 'ok',
        );
        await agent.close();
      },
    );
  }
}

/** Answers a call's question with yes, if it asks at all. */
export async function allowed(stage: Stage, asked: Promise<Said>): Promise<Said> {
  let done = false;
  const ended = asked.finally(() => {
    done = true;
  });
  await until('the call asks or ends', async () => done || (await stage.app().state()).waiting > 0);
  if (!done) await press(await stage.app().approval(), 'allow');
  return ended;
}
