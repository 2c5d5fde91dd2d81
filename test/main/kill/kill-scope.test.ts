import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covers, refusals, unreadableKillId } from '../../../main/kill/kill-scope.ts';
import type { Kill, KillScope } from '../../../shared/kill.ts';

const id = fc.constantFrom('a', 'b', 'c');
const target = fc.record({ clientId: id, serverId: id, connectionId: id });
const scope: fc.Arbitrary<KillScope> = fc.oneof(
  fc.constant<KillScope>({ kind: 'all' }),
  fc.record({ kind: fc.constant('client' as const), clientId: id }),
  fc.record({ kind: fc.constant('server' as const), serverId: id }),
  fc.record({ kind: fc.constant('connection' as const), connectionId: id }),
);

const aKill = (over: Partial<Kill> = {}): Kill => ({
  id: 'k1',
  scope: { kind: 'all' },
  origin: 'tray',
  by: 'ada',
  at: 0,
  ...over,
});

describe('the prepared refusals', () => {
  test('refuse exactly what some kill covers', () => {
    fc.assert(
      fc.property(fc.array(scope), target, (scopes, asked) => {
        const refused = refusals(scopes.map((each) => aKill({ scope: each })))(asked) !== undefined;
        return refused === scopes.some((each) => covers(each, asked));
      }),
    );
  });

  test.each<[KillScope, string]>([
    [{ kind: 'all' }, 'everything'],
    [{ kind: 'client', clientId: 'a' }, 'this client'],
    [{ kind: 'server', serverId: 'b' }, 'this server'],
    [{ kind: 'connection', connectionId: 'c' }, 'this connection'],
  ])('say what is stopped, by whom, and what to do: %j', (each, what) => {
    const asked = { clientId: 'a', serverId: 'b', connectionId: 'c' };
    expect(refusals([aKill({ scope: each })])(asked)).toBe(
      `The kill switch stopped ${what} (thrown by ada). Do not try again; a person can resume it in the Airlock dashboard.`,
    );
  });

  test("let IT's kill speak where a person's covers the same", () => {
    const asked = { clientId: 'a', serverId: 'b', connectionId: 'c' };
    const managed = aKill({ origin: 'managed', by: 'IT' });
    for (const kills of [
      [managed, aKill()],
      [aKill(), managed],
    ]) {
      expect(refusals(kills)(asked)).toBe(
        'The kill switch stopped everything (thrown by IT). Do not try again; only IT can resume it.',
      );
    }
  });

  test('tell when the kills could not be read', () => {
    const asked = { clientId: 'a', serverId: 'b', connectionId: 'c' };
    expect(refusals([aKill({ id: unreadableKillId })])(asked)).toContain('could not read');
  });
});
