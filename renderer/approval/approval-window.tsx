import { useCallback, useEffect, useId, useState, useSyncExternalStore } from 'react';
import type { ApprovalCard, ApprovalsView } from '../../shared/approval.ts';
import type { PageApi } from '../../shared/ipc.ts';
import type { Latest } from '../latest.ts';
import { CardBody } from './card-body.tsx';
import { CardFooter } from './card-footer.tsx';
import { headlineSentence } from './card-words.ts';
import { Flood } from './flood.tsx';
import { place, type Shown } from './focus.ts';
import { Glyph } from './glyph.tsx';
import { useSettled } from './settle.ts';
import { StopEverything } from './stop-everything.tsx';
import { WaitingList } from './waiting-list.tsx';

/** The whole approval window over what main says is waiting. */
export function ApprovalWindow(props: {
  readonly api: PageApi<'approval'>;
  readonly approvals: Latest<ApprovalsView>;
}) {
  const { api, approvals } = props;
  const snapshot = useSyncExternalStore(approvals.subscribe, approvals.current);
  return (
    <div className="window">
      <StopEverything api={api} />
      {content()}
    </div>
  );

  function content() {
    switch (snapshot.state) {
      case 'loading':
        return (
          <Message shape="clock" title="Reading what waits…">
            Nothing is allowed meanwhile.
          </Message>
        );
      case 'failed':
        return (
          <Message shape="warn" title="The waiting calls could not be read">
            {snapshot.message} Calls are denied when their time runs out.
            <button type="button" className="small-plain" onClick={approvals.refresh}>
              Try again
            </button>
          </Message>
        );
      case 'ready':
        return snapshot.value.cards.length === 0 ? (
          <Message shape="ok" title="Nothing waits for you">
            When an agent asks for something risky, it appears here.
          </Message>
        ) : (
          <Waiting api={api} view={snapshot.value} />
        );
      default:
        return snapshot satisfies never;
    }
  }
}

function Message(props: {
  readonly shape: 'clock' | 'warn' | 'ok';
  readonly title: string;
  readonly children: React.ReactNode;
}) {
  return (
    <main className="message">
      <Glyph shape={props.shape} />
      <h1>{props.title}</h1>
      <p>{props.children}</p>
    </main>
  );
}

const nobodyToTell = (): Promise<void> => Promise.resolve();

function Waiting({
  api,
  view,
}: {
  readonly api: PageApi<'approval'>;
  readonly view: ApprovalsView;
}) {
  const [shown, setShown] = useState<Shown>();
  const [attempt, setAttempt] = useState(0);
  const { focus, others, floods } = place(view.cards, shown);
  if (focus && (focus.id !== shown?.id || focus.state !== shown.state)) {
    setShown({ id: focus.id, state: focus.state });
  }

  const again = useCallback(() => setAttempt((before) => before + 1), []);
  const card = focus ? `${focus.id} ${focus.state}` : '';
  const report = useCallback(
    () => api.approvalsShown({ revision: view.revision }),
    [api, view.revision],
  );
  // Main forgets what was seen when the window goes away and comes back; telling it twice does no harm.
  useEffect(() => {
    const tell = () => {
      // A failure shows itself when the answer is refused.
      report().catch(again);
    };
    window.addEventListener('focus', tell);
    return () => window.removeEventListener('focus', tell);
  }, [report, again]);
  const allowSettled = useSettled(`${card} ${view.revision} ${attempt}`, report);
  const denySettled = useSettled(card, nobodyToTell);

  return (
    <>
      <p className="unseen" role="status" aria-live="polite">
        {announcement(focus, others.length)}
      </p>
      {floods.map((flood) => (
        <Flood key={flood.id} api={api} card={flood} />
      ))}
      <WaitingList
        cards={others}
        onChoose={(next) => setShown({ id: next.id, state: next.state })}
      />
      {focus ? (
        <FocusedCard
          key={card}
          card={focus}
          footer={{ api, allowSettled, denySettled, onRefused: again }}
        />
      ) : null}
    </>
  );
}

function FocusedCard(props: {
  readonly card: ApprovalCard;
  readonly footer: Omit<React.ComponentProps<typeof CardFooter>, 'card' | 'labelId'>;
}) {
  const { card, footer } = props;
  const labelId = useId();
  return (
    <main className="card" data-testid="approval-card" aria-labelledby={labelId}>
      <div className="scroll">
        {card.state === 'expired' ? (
          <div className="callout warn">
            <Glyph shape="clock" />
            <p>
              <strong>Too late for that call.</strong> Allow it for the next 10 minutes instead?
            </p>
          </div>
        ) : null}
        <CardBody card={card} labelId={labelId} />
      </div>
      <CardFooter card={card} labelId={labelId} {...footer} />
    </main>
  );
}

function announcement(focus: ApprovalCard | undefined, others: number): string {
  if (!focus) return '';
  const more = others > 0 ? ` ${others} more waiting.` : '';
  const late = focus.state === 'expired' ? ' Too late for that call.' : '';
  return `${headlineSentence(focus)} on ${focus.connectionName}.${late}${more}`;
}
