import { useState } from 'react';
import type { KillReport, KillScope } from '../../shared/kill.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { Modal } from '../components/modal.tsx';
import { sentence } from '../latest.ts';
import { useApp } from './app-context.ts';
import { KillReportView } from './kill-report.tsx';

/** What is to be stopped, and how a person calls it. */
export interface Target {
  readonly scope: KillScope;
  readonly name: string;
  readonly detail: string;
}

type Step =
  | { readonly at: 'confirm' }
  | { readonly at: 'stopping' }
  | { readonly at: 'failed'; readonly message: string }
  | { readonly at: 'done'; readonly report: KillReport };

const consequences = (target: Target): string => {
  const what =
    target.scope.kind === 'all' ? 'Every call of every agent' : `Every call through ${target.name}`;
  return `${what} is refused from now on, waiting approvals are denied, running calls are cancelled and the servers’ processes are ended. It stays so after a restart, until you resume it here.`;
};

/** The second press, and what it did: Airlock looks for survivors before it says so. */
export function KillDialog(props: { readonly target: Target; readonly onClose: () => void }) {
  const { target, onClose } = props;
  const { api } = useApp();
  const [step, setStep] = useState<Step>({ at: 'confirm' });
  const stop = () => {
    setStep({ at: 'stopping' });
    api.kill({ scope: target.scope }).then(
      (report) => setStep({ at: 'done', report }),
      (error: unknown) => setStep({ at: 'failed', message: sentence(error) }),
    );
  };
  return (
    <Modal
      title={step.at === 'done' ? 'What was stopped' : `Stop ${target.name}?`}
      onClose={onClose}
      actions={
        step.at === 'confirm' ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="danger" data-first data-testid="confirm-kill" onClick={stop}>
              Stop {target.name}
            </Button>
          </>
        ) : (
          <Button onClick={onClose} disabled={step.at === 'stopping'}>
            Done
          </Button>
        )
      }
    >
      {body()}
    </Modal>
  );

  function body() {
    switch (step.at) {
      case 'confirm':
        return (
          <>
            {target.detail === '' ? null : (
              <p className="mb-2 font-mono text-xs text-muted wrap-anywhere">{target.detail}</p>
            )}
            <p>{consequences(target)}</p>
          </>
        );
      case 'stopping':
        return <p role="status">Stopping, then looking for what is left…</p>;
      case 'failed':
        return (
          <Callout tone="danger" alert>
            The switch did not answer: {step.message} Use the tray or the keyboard shortcut.
          </Callout>
        );
      case 'done':
        return <KillReportView report={step.report} />;
      default:
        return step satisfies never;
    }
  }
}
