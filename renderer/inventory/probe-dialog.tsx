import { useId, useState } from 'react';
import type { LocalListener, ProbeReport } from '../../shared/inventory.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { Code } from '../components/facts.tsx';
import { Modal } from '../components/modal.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';
import { listenerUrl, probeWords } from './inventory-words.ts';

type Step =
  | { readonly at: 'asking' }
  | { readonly at: 'looking' }
  | { readonly at: 'failed'; readonly message: string }
  | { readonly at: 'done'; readonly report: ProbeReport };

/** Shows the exact address first; only the second press speaks to the program behind it. */
export function ProbeDialog(props: {
  readonly listener: LocalListener;
  readonly onClose: () => void;
}) {
  const { listener, onClose } = props;
  const { api } = useApp();
  const [path, setPath] = useState('/mcp');
  const [step, setStep] = useState<Step>({ at: 'asking' });
  const field = useId();
  const url = listenerUrl(listener, path);
  const look = () => {
    setStep({ at: 'looking' });
    const failed = (message: string) => setStep({ at: 'failed', message });
    api.probeEndpoint({ url }).then(
      (result) =>
        result.ok ? setStep({ at: 'done', report: result.value }) : failed(result.problem.message),
      (error: unknown) => failed(sentence(error)),
    );
  };
  return (
    <Modal
      title={`Does ${listener.program ?? 'this program'} speak MCP?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{step.at === 'done' ? 'Close' : 'Cancel'}</Button>
          <Button
            look={step.at === 'done' ? 'plain' : 'primary'}
            data-testid="probe"
            disabled={step.at === 'looking'}
            onClick={look}
          >
            {step.at === 'looking' ? 'Asking…' : step.at === 'done' ? 'Ask again' : 'Ask it'}
          </Button>
        </>
      }
    >
      <p>Airlock will send an MCP greeting, and nothing else, to exactly this address:</p>
      <p className="my-2 rounded-control border border-line bg-inset px-3 py-2">
        <Code>{url}</Code>
      </p>
      <p className="mb-3 text-muted">
        Ask only if you know the program: some take any request for an order.
      </p>
      <label htmlFor={field} className="font-medium">
        Path
      </label>
      <input
        id={field}
        value={path}
        maxLength={200}
        spellCheck={false}
        onChange={(event) => {
          setPath(event.target.value);
          setStep({ at: 'asking' });
        }}
        className="mt-1 block h-7.5 w-full rounded-control border border-control bg-surface px-2.5"
      />
      <div role="status" className="mt-3 empty:hidden">
        {step.at === 'failed' ? <Callout tone="danger">{step.message}</Callout> : null}
        {step.at === 'done' ? (
          <Callout tone={probeWords(step.report).tone}>
            <p className="font-medium">
              <bdi>{probeWords(step.report).text}</bdi>
            </p>
            <p>
              <bdi>{step.report.detail}</bdi>
            </p>
          </Callout>
        ) : null}
      </div>
    </Modal>
  );
}
