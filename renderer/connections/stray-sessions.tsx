import type { SessionView } from '../../shared/state.ts';
import { SessionLines } from './entry-row.tsx';

/** Sessions whose entry is in none of the files above: it was taken out, or its file cannot be read now. */
export function StraySessions({ sessions }: { readonly sessions: readonly SessionView[] }) {
  const connections = Map.groupBy(sessions, (session) => session.connectionId);
  return (
    <section
      aria-label="No longer in a config"
      className="overflow-hidden rounded-panel border border-line bg-surface"
    >
      <h2 className="px-4 py-2.5 text-[15px] font-semibold">No longer in a config</h2>
      <ul>
        {[...connections].map(([connectionId, own]) => (
          <li
            key={connectionId}
            className="grid grid-cols-[minmax(0,1fr)_minmax(0,240px)] gap-4 border-t border-line px-4 py-2.5"
          >
            <div className="min-w-0">
              <p>
                <bdi className="font-medium">{own[0]?.connectionName}</bdi>{' '}
                <bdi className="text-muted">{own[0]?.clientName}</bdi>
              </p>
              <p className="truncate font-mono text-xs text-muted">
                <bdi>{own[0]?.serverLabel}</bdi>
              </p>
            </div>
            <div className="min-w-0">
              <SessionLines sessions={own} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
