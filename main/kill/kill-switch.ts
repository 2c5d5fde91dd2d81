import { z } from 'zod';
import {
  Kill,
  type KillItem,
  type KillOrigin,
  type KillReport,
  type KillScope,
} from '../../shared/kill.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { makeKillPass } from './kill-pass.ts';
import type { KillPorts } from './kill-ports.ts';
import { type KillTarget, refusals, scopeText, unreadableKillId } from './kill-scope.ts';

/** Who lifts a kill: a person in the dashboard, or IT's bundle. Not a name, which anybody can have. */
export type Lifter =
  | { readonly kind: 'person'; readonly name: string }
  | { readonly kind: 'managed' };

/** The kill switch: stops, verifies, reports, and stays thrown until somebody who may resumes with a reason. */
export interface KillSwitch {
  /**
   * Stops everything in scope. Forwarding has stopped when this returns; the promise gives the report after
   * verification and never rejects. The same scope thrown again while a pass runs shares its report; thrown again
   * later, it runs another pass under the same kill.
   */
  throwKill(scope: KillScope, origin: KillOrigin, by: string, reason?: string): Promise<KillReport>;
  /** The sentence to refuse with while a kill in force covers the target. Synchronous and quick: asked per message. */
  refusal(target: KillTarget): string | undefined;
  /** Lifts a kill; on any problem it stays in force. */
  resume(killId: string, reason: string, by: Lifter): Result<null>;
  inForce(): readonly Kill[];
}

/** One press of the switch: what a kill is made from, or what asks for another pass under a standing one. */
type Press = Omit<Kill, 'id' | 'at'>;

/** Makes the switch with the kills that were in force when the app last ran. */
export function makeKillSwitch(ports: KillPorts): KillSwitch {
  let kills = loaded(ports);
  let refusalOf = refusals(kills);
  const running = new Map<string, Promise<KillReport>>();

  function setKills(next: readonly Kill[]): void {
    kills = next;
    refusalOf = refusals(next);
  }

  /** The kill of this scope that is in force already, or a new one. IT's stands beside a person's: only IT lifts it. */
  function killOf(press: Press): Kill {
    const key = killKey(press.scope, press.origin);
    const standing = kills.find((kill) => killKey(kill.scope, kill.origin) === key);
    if (standing !== undefined && standing.id !== unreadableKillId) return standing;
    return { id: ports.newId(), at: ports.now(), ...press };
  }

  function throwNow(kill: Kill, press: Press): Promise<KillReport> {
    const begun = performance.now();
    const pass = makeKillPass(kill, ports);
    if (!kills.includes(kill)) setKills([...kills, kill]);
    const sessions = pass.stopForwarding();
    const forwardingStoppedMs = performance.now() - begun;
    // In the same turn, and before anything else that can fail: a crash from here on must come back killed. Not
    // before the stop, since a lock on the file, held by another process, would let calls through meanwhile.
    const unsaved = 'The kill is in force now, but would not survive a restart';
    pass.attempt({ ...ourRecord, detail: unsaved }, () => ports.store.save(kills));
    const unrecorded = 'The kill could not be written to the audit trail';
    pass.attempt({ ...ourRecord, detail: unrecorded }, () =>
      ports.record(thrownEntry(kill, press)),
    );
    pass.attempt({ ...ourRecord, detail: 'The kill could not be shown' }, () =>
      ports.onChange(kills),
    );
    return pass.finish(sessions, begun, forwardingStoppedMs).then((report) => {
      try {
        ports.record(verifiedEntry(report));
        return report;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const detail = `The result could not be written to the audit trail (${why}).`;
        const item: KillItem = { ...ourRecord, id: 'result', stopped: false, detail };
        return { ...report, items: [...report.items, item] };
      }
    });
  }

  return {
    throwKill(scope, origin, by, reason) {
      const key = killKey(scope, origin);
      const current = running.get(key);
      if (current !== undefined) return current;
      const press: Press = { scope, origin, by, ...(reason === undefined ? {} : { reason }) };
      const report = throwNow(killOf(press), press).finally(() => running.delete(key));
      running.set(key, report);
      return report;
    },

    refusal: (target) => refusalOf(target),

    resume(killId, reason, by) {
      const kill = kills.find(({ id }) => id === killId);
      if (kill === undefined) {
        return fail('kill-unknown', 'This kill is not in force any more. Nothing was changed.');
      }
      if (reason.trim() === '') {
        return fail(
          'reason-missing',
          'Say why it is safe to resume; the reason goes into the trail.',
        );
      }
      if (kill.origin === 'managed' && by.kind !== 'managed') {
        return fail('kill-managed', 'IT threw this kill, and only IT can lift it. Ask your IT.');
      }
      if (kill.origin !== 'managed' && by.kind === 'managed') {
        return fail('kill-personal', 'A person threw this kill; a person must lift it here.');
      }
      return lift(kill, reason.trim(), by);
    },

    inForce: () => kills,
  };

  /** The trail first: a lift nobody can read of must not happen, but a lift that is read of and failed is safe. */
  function lift(kill: Kill, reason: string, by: Lifter): Result<null> {
    const person = by.kind === 'person' ? by.name : 'IT';
    try {
      ports.record({
        kind: 'kill.lifted',
        person,
        detail: `${person} resumed ${scopeText(kill.scope)} (${targetOf(kill.scope)}): ${reason}`,
      });
    } catch {
      return fail(
        'audit-unwritable',
        'Resuming could not be written to the audit trail, so the kill stays in force. Free some disk space, then try again.',
      );
    }
    const rest = kills.filter(({ id }) => id !== kill.id);
    try {
      ports.store.save(rest);
    } catch {
      return fail(
        'kill-state-unwritable',
        'Resuming could not be saved, so the kill stays in force. Free some disk space, then try again.',
      );
    }
    setKills(rest);
    ports.onChange(kills);
    return ok(null);
  }
}

/** The saved kills; state that cannot be read counts as a kill of everything, since it may have been one. */
function loaded({ store, now }: KillPorts): readonly Kill[] {
  try {
    return z.array(Kill).parse(store.load());
  } catch {
    return [
      {
        id: unreadableKillId,
        scope: { kind: 'all' },
        origin: 'dashboard',
        by: 'Airlock',
        at: now(),
        reason: 'The saved state of the kill switch could not be read, so everything is stopped.',
      },
    ];
  }
}

const ourRecord = { kind: 'record', id: 'kill', name: 'record of the kill' } as const;

const killKey = (scope: KillScope, origin: KillOrigin): string =>
  JSON.stringify([targetOf(scope), origin === 'managed']);

function targetOf(scope: KillScope): string {
  switch (scope.kind) {
    case 'all':
      return 'all';
    case 'client':
      return `client ${scope.clientId}`;
    case 'server':
      return `server ${scope.serverId}`;
    case 'connection':
      return `connection ${scope.connectionId}`;
    default:
      return scope satisfies never;
  }
}

const thrownEntry = ({ id }: Kill, { scope, origin, by, reason }: Press) =>
  ({
    kind: 'kill.thrown',
    person: by,
    detail: `${by} stopped ${scopeText(scope)} (${targetOf(scope)}) from ${origin} (kill ${id})${reason === undefined ? '.' : `: ${reason}`}`,
  }) as const;

function verifiedEntry({ kill, items, survivors, verified }: KillReport) {
  const count = (kind: KillItem['kind']) => items.filter((item) => item.kind === kind).length;
  const open = items
    .filter((item) => !item.stopped)
    .map(({ name, detail }) => `${name}: ${detail}`);
  const stopped = `${count('session')} sessions, ${count('approval')} approvals, ${count('call')} calls, ${count('process')} processes, ${count('remote-session')} remote sessions`;
  const rest = verified
    ? 'Nothing survived.'
    : `NOT verified, ${survivors.length} survivors. ${open.slice(0, 20).join(' ')}`;
  return {
    kind: 'kill.verified',
    person: kill.by,
    detail: `Kill of ${targetOf(kill.scope)}: ${stopped}. ${rest}`,
  } as const;
}
