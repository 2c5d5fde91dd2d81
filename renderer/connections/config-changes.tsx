import { useState } from 'react';
import type { ConfigChange } from '../../shared/config-change.ts';
import { Button } from '../components/button.tsx';
import { FoldedList } from '../components/folded-list.tsx';
import { dateTime } from '../components/time-words.ts';
import { Toned } from '../components/tone.tsx';
import { useNow } from '../components/use-now.ts';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';
import { choiceWords, waitingFirst } from './change-words.ts';

/** What others did to configs that Airlock looks after: first what waits for a decision, then what was done of late. */
export function ConfigChanges() {
  const { state } = useApp();
  const now = useNow(60_000);
  if (state.configChanges.length === 0) return null;
  const changes = waitingFirst(state.configChanges);
  const waiting = changes.filter(({ choices }) => choices.length > 0).length;
  return (
    <section
      aria-label="Changed outside Airlock"
      className="overflow-hidden rounded-panel border border-line bg-surface"
    >
      <h2 className="px-4 py-2.5 text-[15px] font-semibold">
        Changed outside Airlock{' '}
        {waiting > 0 ? (
          <span className="font-normal text-muted">{waiting} for you to decide</span>
        ) : null}
      </h2>
      <div className="[&>button]:ms-4 [&>button]:mb-2">
        <FoldedList items={changes} first={Math.max(waiting, 3)} noun="changes">
          {(change) => <Change key={change.id} change={change} now={now} />}
        </FoldedList>
      </div>
    </section>
  );
}

function Change({ change, now }: { readonly change: ConfigChange; readonly now: number }) {
  const { api } = useApp();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const decide = (choice: ConfigChange['choices'][number]) => {
    setBusy(true);
    setProblem('');
    api
      .decideConfigChange({ id: change.id, choice })
      .then(
        (result) => setProblem(result.ok ? '' : result.problem.message),
        (error: unknown) => setProblem(sentence(error)),
      )
      .finally(() => setBusy(false));
  };
  const name = change.entry ?? change.clientName;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-t border-line px-4 py-2.5">
      <div className="min-w-80 flex-1">
        <Toned tone={change.choices.length > 0 ? 'warn' : 'neutral'}>
          <bdi className="text-ink">{change.sentence}</bdi>
        </Toned>
        <p className="ps-5 text-xs text-muted">
          {change.entry === undefined ? null : (
            <>
              <bdi className="font-medium">{change.entry}</bdi> in{' '}
            </>
          )}
          <bdi>{change.clientName}</bdi> · <bdi className="font-mono">{change.file}</bdi> ·{' '}
          {dateTime(change.detectedAt, now)}
        </p>
        {problem === '' ? null : (
          <p role="alert" className="ps-5 text-danger">
            {problem}
          </p>
        )}
      </div>
      {change.choices.length > 0 ? (
        <div className="flex flex-wrap gap-2">
          {change.choices.map((choice, at) => (
            <Button
              key={choice}
              look={at === 0 ? 'primary' : 'plain'}
              disabled={busy}
              onClick={() => decide(choice)}
            >
              {choiceWords[choice]}
              <span className="sr-only"> ({name})</span>
            </Button>
          ))}
        </div>
      ) : null}
    </li>
  );
}
