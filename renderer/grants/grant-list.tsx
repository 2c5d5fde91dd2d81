import type { Grant } from '../../shared/approval.ts';
import { Button } from '../components/button.tsx';
import { dateTime } from '../components/time-words.ts';
import { Toned } from '../components/tone.tsx';
import { deathWords, grantCovers, grantHolds } from './grant-words.ts';

/** Grants of one kind as a list; without `onRevoke` they are past and shown greyed, with why. */
export function GrantList(props: {
  readonly title: string;
  readonly grants: readonly Grant[];
  readonly now: number;
  readonly onRevoke?: (grant: Grant) => void;
}) {
  const { title, grants, now, onRevoke } = props;
  if (grants.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="mb-1.5 font-semibold">{title}</h2>
      <ul className="overflow-hidden rounded-panel border border-line bg-surface">
        {grants.map((grant) => (
          <li
            key={grant.id}
            data-testid="grant"
            className={`flex items-start gap-4 border-line px-4 py-3 not-first:border-t ${onRevoke ? '' : 'text-muted'}`}
          >
            <div className="min-w-0 flex-1">
              <p className={onRevoke ? 'font-medium' : ''}>
                <bdi>{grantCovers(grant)}</bdi>
              </p>
              <p className="truncate text-muted" title={grant.serverLabel}>
                <bdi>{grant.clientName}</bdi> to <bdi>{grant.connectionName}</bdi>{' '}
                <bdi className="font-mono text-xs">{grant.serverLabel}</bdi>
              </p>
              {grant.argumentsText === undefined ? null : (
                <p className="mt-1 truncate font-mono text-xs" title={grant.argumentsText}>
                  <bdi>{grant.argumentsText}</bdi>
                </p>
              )}
            </div>
            <div className="w-52 shrink-0">
              {onRevoke ? (
                <p>{grantHolds(grant, now)}</p>
              ) : (
                <Toned tone="neutral">{deathWords(grant.dead ?? 'expired')}</Toned>
              )}
              <p className="text-xs text-muted">
                Given {dateTime(grant.createdAt, now)} by <bdi>{grant.by}</bdi>
              </p>
            </div>
            <div className="w-[72px] shrink-0 text-end">
              {onRevoke ? (
                <Button data-testid="revoke" onClick={() => onRevoke(grant)}>
                  Revoke<span className="sr-only"> {grantCovers(grant)}</span>
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
