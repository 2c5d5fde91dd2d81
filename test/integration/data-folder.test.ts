import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { composeApp } from '../../main/compose.ts';
import { aHome } from './home.ts';
import { type App, aBridge, portsOf, startApp } from './rig.ts';
import { until } from './until.ts';

const attention = (app: App): string =>
  app
    .state()
    .attention.map((item) => item.text)
    .join('\n');
const kept = (folder: string, name: string): string[] =>
  readdirSync(folder).filter((file) => file.startsWith(`${name}.damaged-`) && /\d$/.test(file));

/** What `composeApp` says where it cannot start; nothing may run afterwards. */
async function refused(home: ReturnType<typeof aHome>): Promise<string> {
  const composed = await composeApp(portsOf(home));
  if (composed.ok) {
    await composed.value.stop();
    throw new Error('The app started.');
  }
  return composed.problem.message;
}

test('a data folder of a newer version is refused with that version, and left as it was', async () => {
  const home = aHome();
  home.record('notes');
  const version = JSON.stringify({ format: 99, app: '9.0.0' });
  writeFileSync(join(home.data, 'version'), version);
  const before = readdirSync(home.data).sort();
  expect(await refused(home)).toMatch(/written by Airlock Desktop 9\.0\.0, which is newer/);
  expect(readFileSync(join(home.data, 'version'), 'utf8')).toBe(version);
  expect(readdirSync(home.data).sort()).toEqual(before);
});

test('a second app on the same data folder is refused, and the first goes on', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  await bridge.greet();
  expect(await refused(home)).toMatch(/Airlock runs on this data folder already/);
  expect(await bridge.call('get_note')).toMatchObject({ isError: false });
  const another = aBridge(home, id);
  await another.greet();
  await app.stop();
  await startApp(home);
});

test('a damaged trail is kept, and the new one begins by saying so', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const first = await startApp(home);
  const { chain } = first.state().trail;
  await first.stop();
  writeFileSync(join(home.data, 'trail.db'), 'this is no database at all, and has not been');
  const app = await startApp(home);
  const old = kept(home.data, 'trail.db');
  expect(old).toHaveLength(1);
  expect(readFileSync(join(home.data, old[0] ?? ''), 'utf8')).toContain('no database at all');
  const [begun] = app.entries('trail.started');
  expect(begun).toMatchObject({ sequence: 1 });
  expect(begun?.detail).toContain(old[0]);
  expect(begun?.chain).not.toBe(chain);
  expect(await app.verifyAudit()).toMatchObject({ ok: true });
  const bridge = aBridge(home, id);
  await bridge.greet();
  expect(await bridge.call('get_note')).toMatchObject({ isError: false });
});

describe('a damaged state', () => {
  test('that tells of no kill any more leaves everything killed, and no grant or connection', async () => {
    const home = aHome();
    const { id } = home.record('notes');
    const first = await startApp(home);
    const bridge = aBridge(home, id);
    await bridge.greet();
    const said = bridge.call('write_note', { n: 1 });
    const wide = { scope: 'tool', duration: 'always' } as const;
    await first.press(await first.card('write_note'), 'allow', wide);
    await said;
    await first.stop();
    const received = home.received('notes').length;
    for (const part of ['-wal', '-shm'])
      rmSync(join(home.data, `state.db${part}`), { force: true });
    writeFileSync(join(home.data, 'state.db'), Buffer.alloc(8_192, 0x5a));

    const app = await startApp(home);
    expect(kept(home.data, 'state.db')).toHaveLength(1);
    expect(app.state()).toMatchObject({ protection: 'stopped' });
    expect(attention(app)).toMatch(/The state of Airlock was damaged and is kept as/);
    expect(app.grants()).toEqual([]);
    const after = aBridge(home, id);
    expect(await after.call('write_note', { n: 1 })).toMatchObject({
      isError: true,
      text: expect.stringContaining('The kill switch stopped everything'),
    });
    const [kill] = app.state().kills;
    expect(app.resume(kill?.id ?? '', 'I protected my clients again.')).toMatchObject({ ok: true });
    // Still not a single yes: the entry is unknown now.
    const again = aBridge(home, id);
    expect(await again.call('write_note', { n: 1 })).toMatchObject({
      isError: true,
      text: expect.stringContaining('does not know this entry'),
    });
    expect(home.received('notes')).toHaveLength(received);
  });

  test('in which a stored kill cannot be read stays killed until a person resumes', async () => {
    const home = aHome();
    const { id } = home.record('notes');
    const db = new DatabaseSync(join(home.data, 'state.db'));
    db.exec('INSERT INTO kills (key, value) VALUES (\'k\', \'{"scope":"?"}\')');
    db.close();
    const app = await startApp(home);
    expect(app.state().protection).toBe('stopped');
    const bridge = aBridge(home, id);
    const { text } = await bridge.call('get_note');
    expect(text).toContain('could not read which kills are in force, so everything stays stopped');
    expect(home.received('notes')).toEqual([]);
    expect(app.resume(app.state().kills[0]?.id ?? '', 'seen')).toMatchObject({ ok: true });
    const again = aBridge(home, id);
    await again.greet();
    expect(await again.call('get_note')).toMatchObject({ isError: false });
  });
});

describe('a trail that cannot be written', () => {
  const mounted: string[] = [];
  // Runs before the rig's own, which could not delete a folder that is mounted.
  afterEach(() => {
    for (const folder of mounted.splice(0)) execFileSync('umount', ['-l', folder]);
  });

  test('refuses calls while another program holds it, and goes on by itself afterwards', async () => {
    const home = aHome();
    const { id } = home.record('notes');
    const app = await startApp(home);
    const bridge = aBridge(home, id);
    await bridge.greet();
    await until(() => app.state().trail.sequence > 3);
    const holder = new DatabaseSync(join(home.data, 'trail.db'));
    holder.exec('BEGIN IMMEDIATE');
    // What came before the trail was missed is in its journal, and comes into the chain afterwards.
    let refusal = '';
    let passed = 0;
    while (refusal === '' && passed < 200) {
      const { isError, text } = await bridge.call('get_note', { n: 'before' });
      if (isError) refusal = text;
      else passed += 1;
    }
    expect(refusal).toBe('Another program holds the audit trail. Try again in a moment.');
    expect(app.state().trail).toMatchObject({ writable: false });
    expect(attention(app)).toContain('Calls are refused: Another program holds the audit trail.');
    holder.exec('ROLLBACK');
    holder.close();
    expect(await bridge.call('get_note', { n: 'free' })).toMatchObject({ isError: false });
    const received = home.received('notes').filter((line) => line.includes('before'));
    expect(received).toHaveLength(passed);
    const kept = app.activity({ search: '', outcome: 'all', limit: 200 });
    expect(kept.filter(({ kind }) => kind === 'call.opened')).toHaveLength(passed + 1);
    expect(await app.verifyAudit()).toMatchObject({ ok: true });
    expect(app.state().trail).toMatchObject({ writable: true, problem: '' });
    expect(attention(app)).not.toContain('Calls are refused');
  });

  test('refuses calls on a full disk, and goes on once there is room', async ({ skip }) => {
    const home = aHome();
    try {
      // Small enough to fill; only an administrator may mount, so elsewhere the test before this one has to do.
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', home.data], {
        stdio: 'ignore',
      });
    } catch {
      skip('This user may not mount.');
    }
    mounted.push(home.data);
    const { id } = home.record('notes');
    const app = await startApp(home);
    const bridge = aBridge(home, id);
    await bridge.greet();
    const ballast = join(home.data, 'ballast');
    mkdirSync(ballast);
    expect(() => {
      for (let n = 0; n < 1_000; n += 1)
        writeFileSync(join(ballast, `${n}`), Buffer.alloc(n < 600 ? 64 * 1024 : 1));
    }).toThrow('ENOSPC');
    const passed: string[] = [];
    let refusal = '';
    for (let n = 0; refusal === '' && n < 200; n += 1) {
      const { isError, text } = await bridge.call('get_note', {
        n: `call ${n}`,
        fill: 'x'.repeat(2_000),
      });
      if (isError) refusal = text;
      else passed.push(`call ${n}"`);
    }
    expect(refusal).toBe(
      'The disk is full, so the audit trail cannot be written. Free some space.',
    );
    expect(attention(app)).toContain('Calls are refused: The disk is full');
    // Killing needs no room.
    const killing = app.kill({ kind: 'connection', connectionId: 'con_other' }, 'dashboard');
    expect(await killing).toMatchObject({ survivors: [] });
    rmSync(ballast, { recursive: true });
    expect(await bridge.call('get_note', { n: 'room' })).toMatchObject({ isError: false });
    const received = home.received('notes').filter((line) => line.includes('"call '));
    expect(received).toHaveLength(passed.length);
    expect(app.state().trail).toMatchObject({ writable: true, problem: '' });
    expect(await app.verifyAudit()).toMatchObject({ ok: true });
    await app.stop();
  });
});
