import { useState } from 'react';
import type { ApprovalCard, GrantDuration, GrantScope } from '../../shared/approval.ts';
import type { PageApi } from '../../shared/ipc.ts';
import { secondsLeft, timeLeft } from '../components/time-words.ts';
import { useNow } from '../components/use-now.ts';
import { sentence } from '../latest.ts';
import { allowLabel, coverage, lateSentence } from './card-words.ts';
import { Offer } from './offer.tsx';
import { noRepeat, whenReal } from './real-press.ts';
import type { Settling } from './settle.ts';

/** What the answer buttons need. Mount it anew for each card, so that no focus and no choice carries over. */
export interface CardFooterProps {
  readonly api: PageApi<'approval'>;
  readonly card: ApprovalCard;
  readonly labelId: string;
  /** A no waits for this card to settle; a yes also for anything else in the window. */
  readonly denySettled: Settling;
  readonly allowSettled: Settling;
  /** An answer did not count, so what is shown must be reported and settle again. */
  readonly onRefused: () => void;
}

/** The answer: Deny with the time left, Allow with what it covers. Nothing here has the focus by itself. */
export function CardFooter(props: CardFooterProps) {
  const { api, card, labelId, denySettled, allowSettled, onRefused } = props;
  const now = useNow(250);
  const [scope, setScope] = useState<GrantScope>('arguments');
  const [duration, setDuration] = useState<GrantDuration>('once');
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState('');
  const late = card.state === 'expired';
  const seconds = secondsLeft(card.deadline, now);

  const send = (answer: 'allow' | 'deny') => {
    setSending(true);
    setProblem('');
    const refused = (message: string) => {
      setSending(false);
      setProblem(message);
      onRefused();
    };
    api
      .answerApproval({ approvalId: card.id, cardRevision: card.revision, answer, scope, duration })
      .then((result) => {
        if (!result.ok) refused(result.problem.message);
      })
      .catch((error: unknown) => refused(sentence(error)));
  };

  return (
    <footer>
      {late ? null : <TimeBar card={card} now={now} urgent={seconds <= 10} />}
      {late ? (
        <p className="coverage">{lateSentence(card)}</p>
      ) : (
        <>
          <Offer
            card={card}
            scope={scope}
            duration={duration}
            onScope={setScope}
            onDuration={(next) => {
              setDuration(next);
              // A one-time yes is for this very call, so a wider scope would promise what it does not do.
              if (next === 'once') setScope('arguments');
            }}
          />
          <p className="coverage">{coverage(card, scope, duration)}</p>
        </>
      )}
      {problem === '' ? null : (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      <div className="buttons">
        <button
          type="button"
          className="deny"
          data-testid="deny"
          aria-label={late ? 'Leave it refused' : 'Deny'}
          aria-describedby={labelId}
          disabled={sending || denySettled === 'settling'}
          onKeyDown={noRepeat}
          onClick={whenReal(() => send('deny'))}
        >
          {late ? (
            'Leave it refused'
          ) : (
            <>
              Deny{' '}
              <span data-testid="countdown" className={seconds <= 10 ? 'count urgent' : 'count'}>
                ({seconds})
              </span>
            </>
          )}
        </button>
        <button
          type="button"
          className="allow"
          data-testid="allow"
          aria-describedby={labelId}
          disabled={sending || allowSettled !== 'settled'}
          onKeyDown={noRepeat}
          onClick={whenReal(() => send('allow'))}
        >
          {late ? 'Allow the next try' : allowLabel(duration)}
        </button>
      </div>
      <p className="state">{reason()}</p>
    </footer>
  );

  function reason(): string {
    if (sending) return 'Sending your answer…';
    if (allowSettled === 'failed')
      return 'Airlock did not answer, so nothing can be allowed from here.';
    if (allowSettled === 'settling')
      return 'Just changed: read it first, the buttons work in a moment.';
    return late ? `Kept for another ${timeLeft(card.deadline, now)}.` : 'No answer means no.';
  }
}

function TimeBar(props: {
  readonly card: ApprovalCard;
  readonly now: number;
  readonly urgent: boolean;
}) {
  const { card, now, urgent } = props;
  const whole = Math.max(1, card.deadline - card.askedAt);
  const left = Math.min(1, Math.max(0, (card.deadline - now) / whole));
  return (
    <div className={urgent ? 'time urgent' : 'time'} aria-hidden="true">
      <div style={{ transform: `scaleX(${left})` }} />
    </div>
  );
}
