import { useCallback, useMemo, useState } from 'react';
import type { ClientView, FileChange, FilePreview } from '../../shared/client.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { count } from '../components/count.ts';
import { Modal } from '../components/modal.tsx';
import { Loaded } from '../components/screen.tsx';
import { useLoad } from '../components/use-load.ts';
import { ChangeResult } from '../connections/change-result.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';
import { useSave } from '../settings/use-save.ts';
import { PlanList } from './plan-list.tsx';
import { type ClientPlan, clientPlans, plannedServers } from './welcome-words.ts';
import { WhatWasFound } from './what-was-found.tsx';

type Step =
  | { readonly at: 'found' }
  | { readonly at: 'choose' }
  | { readonly at: 'writing' }
  | { readonly at: 'failed'; readonly message: string }
  | { readonly at: 'done'; readonly changes: readonly FileChange[] };

const titles: Readonly<Record<Step['at'], string>> = {
  found: 'Welcome to Airlock',
  choose: 'What will change',
  writing: 'Protecting…',
  failed: 'That did not work',
  done: 'Done',
};

interface Seen {
  readonly clients: readonly ClientView[];
  readonly previews: readonly FilePreview[];
}

// The step's first button takes the focus, so that the keyboard alone leads through.
const takeFocus = (button: HTMLButtonElement | null) => button?.focus();

/** The first minute with Airlock: what it found, what it would change, and what to do so that it takes effect. */
export function WelcomeDialog({ onClose }: { readonly onClose: () => void }) {
  const { api } = useApp();
  const save = useSave();
  const [step, setStep] = useState<Step>({ at: 'found' });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState('');
  const fetch = useCallback(async (): Promise<Seen> => {
    const [{ clients }, previews] = await Promise.all([
      api.scanClients({}),
      api.previewProtect({}),
    ]);
    return { clients, previews };
  }, [api]);
  const { of, again } = useLoad(fetch);
  const plans = useMemo(() => (of.state === 'ready' ? clientPlans(of.value.previews) : []), [of]);
  const chosen = plans.filter(({ clientId }) => !left.has(clientId));

  const close = () => {
    // A second press leaves even where it could not be saved; then this shows again at the next start.
    if (problem !== '') return onClose();
    void save({ introduced: true }).then((refused) =>
      refused === '' ? onClose() : setProblem(refused),
    );
  };
  const protect = (which: readonly ClientPlan[]) => {
    setStep({ at: 'writing' });
    const files = which.flatMap((plan) =>
      plan.files.map(({ clientId, path, basedOn }) => ({ clientId, path, basedOn })),
    );
    const failed = (message: string) => setStep({ at: 'failed', message });
    api.protect({ files }).then(
      (result) =>
        result.ok ? setStep({ at: 'done', changes: result.value }) : failed(result.problem.message),
      (error: unknown) => failed(sentence(error)),
    );
  };
  const back = () => {
    again();
    setStep({ at: 'found' });
  };

  return (
    <Modal
      shape={step.at === 'choose' ? 'wide' : 'dialog'}
      title={titles[step.at]}
      onClose={close}
      actions={
        <Actions
          step={step}
          plans={plans}
          chosen={chosen}
          onLater={close}
          onChoose={() => setStep({ at: 'choose' })}
          onBack={back}
          onProtect={protect}
        />
      }
    >
      {problem === '' ? null : (
        <div className="mb-3">
          <Callout tone="warn" alert>
            {problem} Press once more to go on; Airlock will show this again next time.
          </Callout>
        </div>
      )}
      <Loaded of={of} waiting="Looking for AI clients and their servers…" again={again}>
        {({ clients, previews }) => {
          switch (step.at) {
            case 'found':
              return <WhatWasFound clients={clients} plans={plans} previews={previews} />;
            case 'choose':
              return <PlanList plans={plans} left={left} onLeft={setLeft} />;
            case 'writing':
              return (
                <p role="status" className="py-8 text-center text-muted">
                  Writing the configs…
                </p>
              );
            case 'failed':
              return (
                <Callout tone="danger" alert>
                  {step.message}
                </Callout>
              );
            case 'done':
              return <ChangeResult kind="protect" changes={step.changes} clients={clients} />;
            default:
              return step satisfies never;
          }
        }}
      </Loaded>
    </Modal>
  );
}

function Actions(props: {
  readonly step: Step;
  readonly plans: readonly ClientPlan[];
  readonly chosen: readonly ClientPlan[];
  readonly onLater: () => void;
  readonly onChoose: () => void;
  readonly onBack: () => void;
  readonly onProtect: (which: readonly ClientPlan[]) => void;
}) {
  const { step, plans, chosen, onLater, onChoose, onBack, onProtect } = props;
  const nothing = plans.length === 0;
  switch (step.at) {
    case 'found':
      return nothing ? (
        <Button look="primary" onClick={onLater}>
          Continue
        </Button>
      ) : (
        <>
          <Button onClick={onLater}>Later</Button>
          <Button onClick={onChoose}>Choose…</Button>
          <Button ref={takeFocus} look="primary" onClick={() => onProtect(plans)}>
            Protect all
          </Button>
        </>
      );
    case 'choose':
      return (
        <>
          <Button onClick={onLater}>Later</Button>
          <Button onClick={onBack}>Back</Button>
          <Button look="primary" disabled={chosen.length === 0} onClick={() => onProtect(chosen)}>
            Protect {count(plannedServers(chosen), 'server')}
          </Button>
        </>
      );
    case 'failed':
      return (
        <>
          <Button onClick={onLater}>Later</Button>
          <Button ref={takeFocus} look="primary" onClick={onBack}>
            Look again
          </Button>
        </>
      );
    case 'writing':
      return null;
    case 'done':
      return (
        <Button ref={takeFocus} look="primary" onClick={onLater}>
          Finish
        </Button>
      );
    default:
      return step satisfies never;
  }
}
