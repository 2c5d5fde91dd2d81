import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rulesWithoutBundle, rulesWithoutEnrolment } from '../../../main/managed/fail-closed.ts';
import { compileRules } from '../../../main/policy/rule-set.ts';
import {
  aBundle,
  aMachine,
  begin,
  day,
  type PolicyHost,
  policyHost,
  removeMachines,
  serving,
} from './policy-host.ts';
import { aKeyPair, type TestKey } from './signing.ts';

let host: PolicyHost;
let key: TestKey;
beforeEach(async () => {
  key = await aKeyPair('2026');
  host = await policyHost(serving(await aBundle(key, 1)));
});
afterEach(async () => {
  removeMachines();
  await host.close();
});

const enrolled = () => aMachine(host, [key.enrolled]);
const problemsOf = (view: { status: { problems: string[] } }) => view.status.problems.join(' ');

describe('a machine that is not enrolled', () => {
  test('has no managed rules, asks nobody and records nothing', async () => {
    const machine = enrolled();
    machine.enrolment = { state: 'not-enrolled' };
    const managed = await machine.start();
    const view = await managed.checkNow();
    expect(view).toMatchObject({
      managed: false,
      rules: undefined,
      status: { state: 'not-managed', problems: [] },
    });
    expect(host.asked).toEqual([]);
    expect(machine.entries).toEqual([]);
  });

  test('takes the policy as soon as it is enrolled', async () => {
    const machine = enrolled();
    const { enrolment } = machine;
    machine.enrolment = { state: 'not-enrolled' };
    const managed = await machine.start();
    machine.enrolment = enrolment;
    expect((await managed.checkNow()).status).toMatchObject({ state: 'managed', serial: 1 });
  });
});

describe('a machine that is enrolled', () => {
  test('lets only reading through until it has a policy, then takes it', async () => {
    const machine = enrolled();
    const managed = await machine.start();
    expect(machine.rules).toEqual([rulesWithoutBundle]);
    const view = await managed.checkNow();
    expect(view.status).toMatchObject({
      state: 'managed',
      organisation: 'Acme',
      serial: 1,
      kid: '2026',
      problems: [],
    });
    expect(machine.rules.at(-1)).toContain('serial-1');
    expect(machine.entries.at(-1)).toMatchObject({
      kind: 'policy.loaded',
      detail: expect.stringContaining('serial 1'),
    });
  });

  test('whose enrolment cannot be read lets only reading through', async () => {
    const machine = enrolled();
    machine.enrolment = { state: 'enrolment-unreadable', place: '/etc/x', problem: 'It is torn.' };
    const view = (await machine.start()).view();
    expect(machine.rules).toEqual([rulesWithoutEnrolment]);
    expect(view.settings.values.get('mode')).toEqual({ value: 'enforce', mode: 'lock' });
    expect(problemsOf(view)).toContain('It is torn.');
  });

  test('keeps the good policy it has when the enrolment becomes unreadable while it runs', async () => {
    const machine = enrolled();
    const managed = await machine.start();
    await managed.checkNow();
    machine.enrolment = { state: 'enrolment-unreadable', place: '/etc/x', problem: 'It is torn.' };
    const view = await managed.checkNow();
    expect(view.rules).toContain('serial-1');
    expect(problemsOf(view)).toContain('It is torn.');
  });

  test('has its policy at the next start before anything was fetched', async () => {
    const machine = enrolled();
    await (await machine.start()).checkNow();
    await host.close();
    machine.rules.length = 0;
    await machine.start();
    expect(machine.rules).toEqual([expect.stringContaining('serial-1')]);
    host = await policyHost(serving(''));
  });

  test('asks with the ETag of what it has, and takes 304 for an answer', async () => {
    const machine = enrolled();
    const managed = await machine.start();
    await managed.checkNow();
    const view = await managed.checkNow();
    expect(host.asked.at(-1)?.['if-none-match']).toMatch(/^"[0-9a-f]{16}"$/);
    expect(view.status).toMatchObject({ serial: 1, problems: [] });
    expect(machine.rules.filter((text) => text?.includes('serial-1'))).toHaveLength(1);
  });

  test('takes the next serial when it asks again in its interval', async () => {
    const machine = enrolled();
    const managed = await machine.start();
    await managed.checkNow();
    host.answer = serving(await aBundle(key, 2, { pollMinutes: 60 }));
    await machine.elapse();
    expect(managed.view().status.serial).toBe(2);
    expect(machine.now - begin).toBeLessThan(31 * 60_000);
  });

  test('keeps its policy for a month without the host, says so, and takes the next one then', async () => {
    const machine = enrolled();
    const managed = await machine.start();
    await managed.checkNow();
    const { url } = host;
    host.answer = (_request, response) => response.socket?.destroy();
    while (machine.now < begin + 30 * day) {
      machine.now += 12 * 3_600_000;
      await machine.elapse();
    }
    const view = managed.view();
    expect(view.rules).toContain('serial-1');
    expect(problemsOf(view)).toContain(`The policy host ${new URL(url).host}`);
    expect(problemsOf(view)).toContain('ended on 2026-12-08');
    // What is wrong is recorded when it changes, not at every one of the checks.
    expect(machine.entries.length).toBeLessThan(6);
    host.answer = serving(await aBundle(key, 2, { expires: '2027-06-01T00:00:00Z' }));
    const after = await managed.checkNow();
    expect(after.status).toMatchObject({ serial: 2, problems: [] });
  });

  test('loses its policy when its key is no longer enrolled, and takes one that the new key signed', async () => {
    const next = await aKeyPair('2027');
    const machine = enrolled();
    const managed = await machine.start();
    await managed.checkNow();
    if (machine.enrolment.state !== 'enrolled') throw new Error('not enrolled');
    const rotate = (...keys: TestKey[]) => {
      if (machine.enrolment.state !== 'enrolled') throw new Error('not enrolled');
      const { enrolment } = machine.enrolment;
      machine.enrolment = {
        ...machine.enrolment,
        enrolment: { ...enrolment, keys: keys.map((one) => one.enrolled) },
      };
    };
    rotate(key, next);
    expect((await managed.checkNow()).status).toMatchObject({ serial: 1, kid: '2026' });
    host.answer = serving(await aBundle(next, 2));
    expect((await managed.checkNow()).status).toMatchObject({ serial: 2, kid: '2027' });
    rotate(next);
    expect((await managed.checkNow()).status).toMatchObject({ serial: 2, kid: '2027' });
    rotate(key);
    const view = await managed.checkNow();
    expect(view).toMatchObject({ rules: rulesWithoutBundle, status: { state: 'waiting' } });
  });
});

describe('a staged roll-out', () => {
  const rollout = (percent: number) => ({
    rollout: { percent, salt: 'winter' },
    kill: { scope: 'all', reason: 'incident' },
  });

  test('leaves a machine outside at its policy, but not outside a kill', async () => {
    const machine = enrolled();
    const managed = await machine.start();
    await managed.checkNow();
    host.answer = serving(await aBundle(key, 2, rollout(0)));
    const view = await managed.checkNow();
    expect(view.status.serial).toBe(1);
    expect(view.kill).toEqual({ scope: 'all', reason: 'incident' });
    host.answer = serving(await aBundle(key, 3, rollout(100)));
    expect((await managed.checkNow()).status.serial).toBe(3);
  });

  test('that was seen counts against going back, after a restart too', async () => {
    const machine = enrolled();
    await (await machine.start()).checkNow();
    host.answer = serving(await aBundle(key, 5, rollout(0)));
    await (await machine.start()).checkNow();
    host.answer = serving(await aBundle(key, 4));
    const view = await (await machine.start()).checkNow();
    expect(view.status.serial).toBe(1);
    expect(problemsOf(view)).toContain('5 was seen before');
  });

  test('is taken by a machine that has no policy at all', async () => {
    host.answer = serving(await aBundle(key, 2, rollout(0)));
    expect((await (await enrolled().start()).checkNow()).status.serial).toBe(2);
  });
});

describe("IT's kill", () => {
  test('comes before the rules, and is only lifted on the word of the policy host', async () => {
    const machine = enrolled();
    await (await machine.start()).checkNow();
    host.answer = serving(await aBundle(key, 2, { kill: { scope: 'all', reason: 'incident' } }));
    const rules = machine.rules.length;
    await (await machine.start()).checkNow();
    const first = machine.views.find(({ view }) => view.kill?.scope === 'all');
    expect(first?.confirmed).toBe(true);
    expect(machine.rules.length).toBeGreaterThan(rules);
    machine.views.length = 0;
    const { url } = host;
    await host.close();
    await (await machine.start()).checkNow();
    expect(machine.views.map(({ confirmed }) => confirmed)).not.toContain(true);
    expect(machine.views.at(-1)?.view.kill).toEqual({ scope: 'all', reason: 'incident' });
    expect(problemsOf(machine.views.at(-1)?.view ?? { status: { problems: [] } })).toContain(
      new URL(url).host,
    );
    host = await policyHost(serving(''));
  });
});

describe('what is kept', () => {
  test('is fetched anew when its file was exchanged for an older bundle', async () => {
    const machine = enrolled();
    await (await machine.start()).checkNow();
    const file = path.join(machine.folder, 'managed-policy.jws');
    const old = readFileSync(file);
    host.answer = serving(await aBundle(key, 2));
    await (await machine.start()).checkNow();
    writeFileSync(file, old);
    const managed = await machine.start();
    expect(managed.view()).toMatchObject({ rules: rulesWithoutBundle });
    expect(problemsOf(managed.view())).toContain('was exchanged');
    expect((await managed.checkNow()).status).toMatchObject({ serial: 2, problems: [] });
  });

  test('keeps the serial in the keychain when the data folder is gone', async () => {
    const machine = enrolled();
    host.answer = serving(await aBundle(key, 7));
    await (await machine.start()).checkNow();
    machine.notes = undefined;
    rmSync(path.join(machine.folder, 'managed-policy.jws'));
    host.answer = serving(await aBundle(key, 6));
    const view = await (await machine.start()).checkNow();
    expect(view.status.state).toBe('waiting');
    expect(problemsOf(view)).toContain('7 was seen before');
  });

  test('works without the keychain, and says so', async () => {
    const machine = enrolled();
    machine.vault = undefined;
    const view = await (await machine.start()).checkNow();
    expect(view.status.serial).toBe(1);
    expect(problemsOf(view)).toContain('keychain');
    host.answer = serving(await aBundle(key, 2));
    await (await machine.start()).checkNow();
    host.answer = serving(await aBundle(key, 1));
    expect(problemsOf(await (await machine.start()).checkNow())).toContain('2 was seen before');
  });
});

test('the rules that stand in forbid everything but reading, and Cedar takes them', () => {
  for (const text of [rulesWithoutBundle, rulesWithoutEnrolment]) {
    const { rules, problems, broken } = compileRules(text, { source: 'managed', name: 'it' });
    expect([problems, broken, rules.map(({ effect }) => effect)]).toEqual([
      [],
      undefined,
      ['permit', 'forbid'],
    ]);
  }
});
