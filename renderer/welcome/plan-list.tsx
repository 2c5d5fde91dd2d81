import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { count } from '../components/count.ts';
import { FilePreviews } from '../connections/file-previews.tsx';
import type { ClientPlan } from './welcome-words.ts';

/** Each client that would change: ticked at first, with its servers and, on request, every changed line. */
export function PlanList(props: {
  readonly plans: readonly ClientPlan[];
  /** Ids of the clients that are left as they are. */
  readonly left: ReadonlySet<string>;
  readonly onLeft: (left: ReadonlySet<string>) => void;
}) {
  const { plans, left, onLeft } = props;
  const toggle = (clientId: string) => {
    const next = new Set(left);
    if (!next.delete(clientId)) next.add(clientId);
    onLeft(next);
  };
  return (
    <>
      <p className="mb-3">
        These servers will be started by Airlock. Untick a client to leave it as it is.
      </p>
      <ul className="divide-y divide-line rounded-panel border border-line">
        {plans.map((plan, at) => (
          <Plan
            key={plan.clientId}
            plan={plan}
            first={at === 0}
            ticked={!left.has(plan.clientId)}
            onToggle={() => toggle(plan.clientId)}
          />
        ))}
      </ul>
    </>
  );
}

const takeFocus = (box: HTMLInputElement | null) => box?.focus();

function Plan(props: {
  readonly plan: ClientPlan;
  readonly first: boolean;
  readonly ticked: boolean;
  readonly onToggle: () => void;
}) {
  const { plan, first, ticked, onToggle } = props;
  const [open, setOpen] = useState(false);
  return (
    <li className="px-4 py-2.5">
      <div className="flex items-center gap-3">
        <label className="flex min-w-0 flex-1 items-baseline gap-3">
          <input
            ref={first ? takeFocus : undefined}
            type="checkbox"
            checked={ticked}
            onChange={onToggle}
            className="translate-y-0.5 accent-accent"
          />
          <span className="min-w-0">
            <bdi className="font-semibold">{plan.name}</bdi>
            <span className="ms-2 text-muted">{count(plan.servers.length, 'server')}</span>
            <bdi className="block truncate text-muted">{plan.servers.join(', ')}</bdi>
          </span>
        </label>
        <Button look="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide lines' : 'Show lines'}
          <span className="sr-only"> of {plan.name}</span>
        </Button>
      </div>
      {open ? (
        <div className="mt-3">
          <FilePreviews files={plan.files} kind="protect" />
        </div>
      ) : null}
    </li>
  );
}
