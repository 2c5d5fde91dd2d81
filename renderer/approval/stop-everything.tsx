import { useState } from 'react';
import type { PageApi } from '../../shared/ipc.ts';
import type { KillReport } from '../../shared/kill.ts';
import { reportSentence, survivorWords } from '../components/kill-words.ts';
import { sentence } from '../latest.ts';
import { Glyph } from './glyph.tsx';
import { whenReal } from './real-press.ts';

type Step =
  | { readonly at: 'rest' }
  | { readonly at: 'confirm' }
  | { readonly at: 'stopping' }
  | { readonly at: 'failed'; readonly message: string }
  | { readonly at: 'done'; readonly report: KillReport };

/** The kill switch of this window, for everything, in two presses. */
export function StopEverything({ api }: { readonly api: PageApi<'approval'> }) {
  const [step, setStep] = useState<Step>({ at: 'rest' });
  const stop = () => {
    setStep({ at: 'stopping' });
    api.kill({ scope: { kind: 'all' } }).then(
      (report) => setStep({ at: 'done', report }),
      (error: unknown) => setStep({ at: 'failed', message: sentence(error) }),
    );
  };
  return (
    <>
      <header>
        <span className="brand">
          <Glyph shape="lock" />
          Airlock
        </span>
        <button
          type="button"
          className="kill"
          data-testid="kill"
          aria-expanded={step.at === 'confirm'}
          disabled={step.at === 'stopping'}
          onClick={() => setStep(step.at === 'confirm' ? { at: 'rest' } : { at: 'confirm' })}
        >
          <Glyph shape="stop" />
          Stop everything
        </button>
      </header>
      {step.at === 'rest' ? null : (
        <div className="kill-step" role="status">
          <KillStep step={step} onStop={stop} onRest={() => setStep({ at: 'rest' })} />
        </div>
      )}
    </>
  );
}

function KillStep(props: {
  readonly step: Exclude<Step, { at: 'rest' }>;
  readonly onStop: () => void;
  readonly onRest: () => void;
}) {
  const { step, onStop, onRest } = props;
  switch (step.at) {
    case 'confirm':
      return (
        <>
          <p>
            Ends every session and server of every client, and refuses all calls until somebody
            resumes in the Airlock window.
          </p>
          <div className="row">
            <button
              type="button"
              className="small-danger"
              data-testid="confirm-kill"
              onClick={whenReal(onStop)}
            >
              Yes, stop everything
            </button>
            <button type="button" className="small-plain" onClick={onRest}>
              Cancel
            </button>
          </div>
        </>
      );
    case 'stopping':
      return <p>Stopping, then looking for what is left…</p>;
    case 'failed':
      return (
        <p className="problem">
          The switch did not answer ({step.message}). Use it in the tray, or press the keyboard
          shortcut.
        </p>
      );
    case 'done':
      return (
        <>
          <p data-testid="kill-report">{reportSentence(step.report)}</p>
          {step.report.survivors.length > 0 ? (
            <ul className="problem">
              {step.report.survivors.map((item) => (
                <li key={`${item.kind} ${item.id}`}>
                  <bdi>{survivorWords(item)}</bdi>
                </li>
              ))}
            </ul>
          ) : null}
        </>
      );
    default:
      return step satisfies never;
  }
}
