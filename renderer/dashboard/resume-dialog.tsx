import { useId, useState } from 'react';
import type { Kill } from '../../shared/kill.ts';
import { Button } from '../components/button.tsx';
import { scopeName } from '../components/kill-words.ts';
import { Modal } from '../components/modal.tsx';
import { sentence } from '../latest.ts';
import { useApp } from './app-context.ts';

/** The shortest reason that is one; the contract says the same. */
const shortest = 3;

/** Lifts one kill, with a reason that goes into the trail. */
export function ResumeDialog({
  kill,
  onClose,
}: {
  readonly kill: Kill;
  readonly onClose: () => void;
}) {
  const { api, state } = useApp();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const fieldId = useId();
  const hintId = useId();
  const formId = useId();
  const name = kill.scope.kind === 'all' ? 'everything' : scopeName(kill.scope, state);

  const resume = () => {
    if (reason.trim().length < shortest) {
      setProblem('Say why in a few words; it is kept in the audit trail.');
      return;
    }
    setBusy(true);
    const failed = (message: string) => {
      setBusy(false);
      setProblem(message);
    };
    api
      .resume({ killId: kill.id, reason: reason.trim() })
      .then((result) => (result.ok ? onClose() : failed(result.problem.message)))
      .catch((error: unknown) => failed(sentence(error)));
  };

  return (
    <Modal
      title={`Resume ${name}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={formId}
            disabled={busy}
            data-testid="confirm-resume"
          >
            Resume
          </Button>
        </>
      }
    >
      <form
        id={formId}
        onSubmit={(event) => {
          event.preventDefault();
          resume();
        }}
      >
        <p>Calls are checked by policy again, and agents may reconnect.</p>
        <label htmlFor={fieldId} className="mt-3 mb-1 block font-medium">
          Reason
        </label>
        <textarea
          id={fieldId}
          data-first
          rows={3}
          maxLength={500}
          value={reason}
          aria-describedby={hintId}
          aria-invalid={problem !== ''}
          onChange={(event) => {
            setReason(event.target.value);
            setProblem('');
          }}
          className="w-full resize-none rounded-control border border-control bg-surface px-2.5 py-1.5"
        />
        <p
          id={hintId}
          className={problem === '' ? 'text-muted' : 'text-danger'}
          role={problem === '' ? undefined : 'alert'}
        >
          {problem === '' ? 'Kept in the audit trail with your name.' : problem}
        </p>
      </form>
    </Modal>
  );
}
