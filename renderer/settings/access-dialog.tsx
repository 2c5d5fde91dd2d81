import { useId, useState } from 'react';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { Modal } from '../components/modal.tsx';
import { useTask } from '../components/use-task.ts';
import { useApp } from '../dashboard/app-context.ts';
import { accessDetails } from './managed-words.ts';

/** Asks what a person needs, and opens a message to the organisation with that and what IT wants to know filled in. */
export function AccessDialog({ onClose }: { readonly onClose: () => void }) {
  const { api, state } = useApp();
  const [wish, setWish] = useState('');
  const field = useId();
  const { task, start } = useTask(() =>
    api.requestAccess({
      subject: 'Airlock: request for access',
      details: accessDetails(state, wish),
    }),
  );
  const opened = task.at === 'done' && task.value.ok;
  const problem =
    task.at === 'failed'
      ? task.message
      : task.at === 'done' && !task.value.ok
        ? task.value.problem.message
        : '';
  return (
    <Modal
      title="Request access"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{opened ? 'Close' : 'Cancel'}</Button>
          <Button
            look="primary"
            disabled={wish.trim() === '' || task.at === 'running'}
            onClick={start}
            data-testid="open-message"
          >
            Open the message
          </Button>
        </>
      }
    >
      <label htmlFor={field} className="font-medium">
        What do you need, and what for?
      </label>
      <textarea
        id={field}
        data-first
        rows={4}
        maxLength={1_000}
        value={wish}
        onChange={(event) => setWish(event.target.value)}
        className="mt-1 block w-full rounded-control border border-control bg-surface px-2.5 py-1.5"
      />
      <p className="mt-2 text-muted">
        Airlock adds your name, its version and the policy’s number. Nothing is sent before you send
        it yourself.
      </p>
      <div role="status" className="mt-3 empty:hidden">
        {problem === '' ? null : <Callout tone="danger">{problem}</Callout>}
        {opened ? <Callout tone="ok">The message is open. Send it there.</Callout> : null}
      </div>
    </Modal>
  );
}
