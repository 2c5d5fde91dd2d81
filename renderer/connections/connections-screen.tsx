import { Plug, RefreshCw, ShieldCheck } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Button } from '../components/button.tsx';
import { Empty, Loaded, Screen } from '../components/screen.tsx';
import { useLoad } from '../components/use-load.ts';
import { useApp } from '../dashboard/app-context.ts';
import { type Change, ChangeDialog } from './change-dialog.tsx';
import { ConfigChanges } from './config-changes.tsx';
import { coverageOf, coverageWords } from './connection-words.ts';
import { FoundConnections } from './found-connections.tsx';

/** Every client and server found on this machine, and which of them go through Airlock. */
export function ConnectionsScreen() {
  const { api, state } = useApp();
  const [change, setChange] = useState<Change>();
  const fetch = useCallback(() => api.scanClients({}), [api]);
  const scan = useLoad(fetch);
  const { again } = scan;

  // A config that changed, or a session that came, may have changed what a scan finds.
  const trigger = [
    state.recent.find((entry) => entry.kind.startsWith('config.'))?.sequence ?? 0,
    ...state.sessions.map((session) => session.sessionId),
  ].join(' ');
  const seen = useRef(trigger);
  useEffect(() => {
    if (seen.current === trigger) return;
    seen.current = trigger;
    again();
  }, [trigger, again]);

  const clients = scan.of.state === 'ready' ? scan.of.value.clients : [];
  const coverage = coverageOf(clients);
  return (
    <Screen
      title="Connections"
      about={
        scan.of.state === 'ready' && clients.length > 0
          ? `${coverageWords(coverage)}.`
          : 'The AI clients on this machine and the servers they start.'
      }
      actions={
        <>
          <Button icon={RefreshCw} onClick={again}>
            Look again
          </Button>
          {coverage.protected > 0 ? (
            <Button data-testid="restore" onClick={() => setChange({ kind: 'restore' })}>
              Restore all…
            </Button>
          ) : null}
          {coverage.open > 0 ? (
            <Button
              look="primary"
              icon={ShieldCheck}
              data-testid="protect"
              onClick={() => setChange({ kind: 'protect' })}
            >
              Protect all…
            </Button>
          ) : null}
        </>
      }
    >
      <ConfigChanges />
      <Loaded of={scan.of} waiting="Looking for AI clients…" again={again}>
        {(report) => (
          <>
            {report.clients.length === 0 ? (
              <Empty icon={Plug} title="No AI clients found">
                Airlock looks for the config files of Claude, Cursor, VS Code, Codex, Gemini CLI and
                others in your home folder. Add a server in one of them, then look again.
              </Empty>
            ) : null}
            <FoundConnections report={report} onChange={setChange} />
            {change ? (
              <ChangeDialog
                change={change}
                clients={report.clients}
                onDone={again}
                onClose={() => setChange(undefined)}
              />
            ) : null}
          </>
        )}
      </Loaded>
    </Screen>
  );
}
