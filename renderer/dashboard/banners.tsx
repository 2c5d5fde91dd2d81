import { DatabaseZap, Eye, OctagonX } from 'lucide-react';
import { useState } from 'react';
import type { Kill } from '../../shared/kill.ts';
import { Button } from '../components/button.tsx';
import { liftable, originWords, scopeName } from '../components/kill-words.ts';
import { Modal } from '../components/modal.tsx';
import { dateTime } from '../components/time-words.ts';
import { useApp } from './app-context.ts';
import { KillReportView } from './kill-report.tsx';
import { OrganisationBanners } from './organisation-banners.tsx';
import { ResumeDialog } from './resume-dialog.tsx';

/** What is too grave to be looked for: kills in force, a trail that cannot be written, monitor mode. */
export function Banners() {
  const { state, go } = useApp();
  return (
    <>
      {state.kills.length > 0 ? <Stopped /> : null}
      <OrganisationBanners />
      {state.trail.writable ? null : (
        <div
          role="alert"
          className="flex items-center gap-3 bg-danger-fill px-5 py-2.5 text-on-fill"
        >
          <DatabaseZap size={16} className="shrink-0" aria-hidden="true" />
          <p>
            <strong className="font-semibold">Calls are refused</strong> because the audit trail
            cannot be written: {state.trail.problem}
          </p>
        </div>
      )}
      {state.settings.mode === 'monitor' ? (
        <div role="status" className="flex items-center gap-3 bg-warn-soft px-5 py-2.5">
          <Eye size={16} className="shrink-0 text-warn" aria-hidden="true" />
          <p className="flex-1">
            <strong className="font-semibold">Monitor mode:</strong> Airlock records what it would
            have asked or refused, and lets every call through.
          </p>
          <Button onClick={() => go('settings')}>Change</Button>
        </div>
      ) : null}
    </>
  );
}

function Stopped() {
  const { state } = useApp();
  const [resuming, setResuming] = useState<Kill>();
  const [report, setReport] = useState(false);
  const { lastKill } = state;
  return (
    <section
      aria-label="Stopped"
      className="border-b border-line bg-danger-soft px-5 py-3"
      data-testid="stopped"
    >
      <h2 className="flex items-center gap-2 text-[15px] font-semibold text-danger">
        <OctagonX size={18} aria-hidden="true" />
        {state.kills.some((kill) => kill.scope.kind === 'all')
          ? 'Everything is stopped: every agent call is refused'
          : 'Stopped in part: these calls are refused'}
      </h2>
      <ul className="mt-1 flex flex-col">
        {state.kills.map((kill) => (
          <li key={kill.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-0.5 ps-6.5">
            <p className="min-w-0 flex-1">
              <strong className="font-semibold">
                <bdi>{scopeName(kill.scope, state)}</bdi>
              </strong>{' '}
              <span className="text-muted">
                stopped {originWords(kill.origin)} by <bdi>{kill.by}</bdi>,{' '}
                {dateTime(kill.at, Date.now())}
                {kill.reason ? (
                  <>
                    : <bdi>{kill.reason}</bdi>
                  </>
                ) : null}
              </span>
            </p>
            {liftable(kill) ? (
              <Button data-testid="resume" onClick={() => setResuming(kill)}>
                Resume…
              </Button>
            ) : (
              <span className="text-muted">Only your organisation can lift this.</span>
            )}
          </li>
        ))}
      </ul>
      {lastKill && state.kills.some((kill) => kill.id === lastKill.kill.id) ? (
        <Button look="link" className="ms-6.5" onClick={() => setReport(true)}>
          What was stopped
        </Button>
      ) : null}
      {report && lastKill ? (
        <Modal title="What was stopped" onClose={() => setReport(false)}>
          <KillReportView report={lastKill} />
        </Modal>
      ) : null}
      {resuming ? <ResumeDialog kill={resuming} onClose={() => setResuming(undefined)} /> : null}
    </section>
  );
}
