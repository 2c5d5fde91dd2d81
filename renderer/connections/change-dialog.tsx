import { useCallback, useState } from 'react';
import type { ClientView, FileChange, FilePreview } from '../../shared/client.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { count } from '../components/count.ts';
import { Modal } from '../components/modal.tsx';
import { Loaded } from '../components/screen.tsx';
import { useLoad } from '../components/use-load.ts';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';
import { ChangeResult } from './change-result.tsx';
import { FilePreviews } from './file-previews.tsx';

/** Which way the configs are changed, and of which clients. */
export interface Change {
  readonly kind: 'protect' | 'restore';
  /** One client; absent: all of them. */
  readonly client?: ClientView;
}

type Step =
  | { readonly at: 'preview' }
  | { readonly at: 'writing' }
  | { readonly at: 'failed'; readonly message: string }
  | { readonly at: 'done'; readonly changes: readonly FileChange[] };

const about = {
  protect:
    'Each server below is started by Airlock from now on, and its calls pass through it. Nothing else in these files is touched, and Restore puts them back.',
  restore:
    'The clients start these servers by themselves again, and Airlock no longer sees their calls.',
} as const;

/** Shows what would be written, writes it when a person says so, and tells what came of it. */
export function ChangeDialog(props: {
  readonly change: Change;
  readonly clients: readonly ClientView[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { change, clients, onDone, onClose } = props;
  const { api } = useApp();
  const [step, setStep] = useState<Step>({ at: 'preview' });
  const { kind, client } = change;
  const clientId = client?.id;
  const fetch = useCallback(() => {
    const request = clientId === undefined ? {} : { clientId };
    return kind === 'protect' ? api.previewProtect(request) : api.previewRestore(request);
  }, [api, kind, clientId]);
  const previews = useLoad(fetch);
  const writable = previews.of.state === 'ready' ? willChange(previews.of.value) : [];

  const write = () => {
    setStep({ at: 'writing' });
    const files = writable.map(({ clientId: id, path, basedOn }) => ({
      clientId: id,
      path,
      basedOn,
    }));
    const failed = (message: string) => setStep({ at: 'failed', message });
    api[kind]({ files })
      .then((result) => {
        if (!result.ok) return failed(result.problem.message);
        setStep({ at: 'done', changes: result.value });
        return onDone();
      })
      .catch((error: unknown) => failed(sentence(error)));
  };

  const verb = kind === 'protect' ? 'Protect' : 'Restore';
  const done = step.at === 'done' || step.at === 'failed';
  return (
    <Modal
      shape="wide"
      title={`${verb} ${client?.name ?? 'all clients'}`}
      onClose={onClose}
      actions={
        done ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              look="primary"
              data-testid={`confirm-${kind}`}
              disabled={writable.length === 0 || step.at === 'writing'}
              onClick={write}
            >
              {step.at === 'writing' ? 'Writing…' : `${verb} ${count(writable.length, 'file')}`}
            </Button>
          </>
        )
      }
    >
      {step.at === 'done' ? (
        <ChangeResult kind={kind} changes={step.changes} clients={clients} />
      ) : null}
      {step.at === 'failed' ? (
        <Callout tone="danger" alert>
          {step.message}
        </Callout>
      ) : null}
      {done ? null : (
        <>
          <p className="mb-4">{about[kind]}</p>
          <Loaded of={previews.of} waiting="Reading the config files…" again={previews.again}>
            {(files) => <FilePreviews files={files} kind={kind} />}
          </Loaded>
        </>
      )}
    </Modal>
  );
}

const willChange = (previews: readonly FilePreview[]): FilePreview[] =>
  previews.filter((preview) => preview.refused === undefined && preview.diff !== '');
