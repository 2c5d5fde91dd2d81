import { KeyRound } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { Grant } from '../../shared/approval.ts';
import type { Entry } from '../../shared/audit.ts';
import { Callout } from '../components/callout.tsx';
import { Empty, Loaded, Screen } from '../components/screen.tsx';
import { useLoad } from '../components/use-load.ts';
import { useNow } from '../components/use-now.ts';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';
import { GrantList } from './grant-list.tsx';
import { counts } from './grant-words.ts';

/** True for an entry after which the list of grants may be another: given, taken back, used, or ended with its cause. */
const touchesGrants = (entry: Entry): boolean =>
  entry.kind.startsWith('grant.') ||
  entry.approver?.how === 'grant' ||
  ['session.closed', 'policy.loaded', 'tool.accepted'].includes(entry.kind);

/** Every remembered yes: what it lets through, for whom, until when; each can be taken back with one press. */
export function GrantsScreen() {
  const { api, state } = useApp();
  const [problem, setProblem] = useState('');
  const fetch = useCallback(() => api.listGrants({}), [api]);
  const grants = useLoad(fetch);
  const { again } = grants;
  const now = useNow(15_000);

  const change = state.recent.find(touchesGrants)?.sequence ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew for every entry that may have changed the list
  useEffect(again, [change, again]);

  const revoke = (grant: Grant) => {
    setProblem('');
    api.revokeGrant({ grantId: grant.id }).then(again, (error: unknown) => {
      setProblem(`${grant.tool} was not revoked: ${sentence(error)}`);
    });
  };
  return (
    <Screen
      title="Grants"
      about="What you said yes to for longer than one call, and no longer get asked about."
    >
      {problem === '' ? null : (
        <Callout tone="danger" alert>
          {problem}
        </Callout>
      )}
      <Loaded of={grants.of} waiting="Reading the grants…" again={again}>
        {(all) => {
          const live = all.filter((grant) => counts(grant, now));
          const dead = all.filter((grant) => !counts(grant, now));
          if (all.length === 0) {
            return (
              <Empty icon={KeyRound} title="Nothing is granted">
                When you allow a call for longer than one time, it is listed here until you revoke
                it.
              </Empty>
            );
          }
          return (
            <>
              {live.length === 0 ? (
                <p className="text-muted">Nothing is granted at the moment.</p>
              ) : null}
              <GrantList title="In force" grants={live} now={now} onRevoke={revoke} />
              <GrantList title="No longer in force" grants={dead} now={now} />
            </>
          );
        }}
      </Loaded>
    </Screen>
  );
}
