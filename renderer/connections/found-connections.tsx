import { useMemo, useState } from 'react';
import type { EntryView, ScanReport } from '../../shared/client.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { useApp } from '../dashboard/app-context.ts';
import type { Change } from './change-dialog.tsx';
import { ClientList } from './client-list.tsx';
import { type AroundOf, type Filter, filterUngoverned } from './filter.ts';
import { clientsOf } from './sign-in-words.ts';
import { SignOutDialog } from './sign-out-dialog.tsx';
import { StraySessions } from './stray-sessions.tsx';
import { UngovernedSection } from './ungoverned-section.tsx';
import { useSignIns } from './use-sign-ins.ts';

const entriesOf = (report: ScanReport): EntryView[] =>
  report.clients.flatMap((client) => client.files.flatMap((file) => file.entries));

/** What a scan found, joined with the live sessions and the sign-ins. */
export function FoundConnections(props: {
  readonly report: ScanReport;
  readonly onChange: (change: Change) => void;
}) {
  const { report, onChange } = props;
  const { api, state } = useApp();
  const [filter, setFilter] = useState<Filter>({ text: '', state: 'all' });
  const [leaving, setLeaving] = useState<{
    readonly connectionId: string;
    readonly issuer: string;
  }>();
  const signIns = useSignIns(api, state);
  const entries = useMemo(() => entriesOf(report), [report]);

  const aroundOf = useMemo((): AroundOf => {
    const sessions = Map.groupBy(state.sessions, (session) => session.connectionId);
    return ({ connectionId = '' }) => ({
      sessions: sessions.get(connectionId) ?? nobody,
      signIn: signIns.of.get(connectionId),
    });
  }, [state.sessions, signIns.of]);
  const stray = useMemo(() => {
    const known = new Set(entries.map((entry) => entry.connectionId));
    return state.sessions.filter((session) => !known.has(session.connectionId));
  }, [entries, state.sessions]);

  const { of, begin, cancel } = signIns;
  const actions = useMemo(
    () => ({
      begin,
      cancel,
      signOut(connectionId: string) {
        const status = of.get(connectionId);
        if (status?.state === 'signed-in') setLeaving({ connectionId, issuer: status.issuer });
      },
    }),
    [begin, cancel, of],
  );
  const ungoverned = filterUngoverned(report.ungoverned ?? [], filter);
  const left = entries.find((entry) => entry.connectionId === leaving?.connectionId);
  return (
    <>
      {signIns.problem === '' ? null : (
        <Callout tone="warn" alert>
          <p>How the sign-ins stand could not be read: {signIns.problem}</p>
          <Button className="mt-2" onClick={signIns.again}>
            Try again
          </Button>
        </Callout>
      )}
      {report.clients.length === 0 ? null : (
        <ClientList
          clients={report.clients}
          filter={filter}
          ports={{ aroundOf, signInFailed: signIns.failed, actions }}
          onFilter={setFilter}
          onProtect={(client) => onChange({ kind: 'protect', client })}
          onRestore={(client) => onChange({ kind: 'restore', client })}
        />
      )}
      {stray.length > 0 ? <StraySessions sessions={stray} /> : null}
      {ungoverned.length > 0 ? <UngovernedSection seen={ungoverned} /> : null}
      {leaving && left ? (
        <SignOutDialog
          connectionId={leaving.connectionId}
          name={left.name}
          issuer={leaving.issuer}
          clients={clientsOf(left.server, report.clients)}
          onDone={signIns.again}
          onClose={() => setLeaving(undefined)}
        />
      ) : null}
    </>
  );
}

const nobody: readonly never[] = [];
