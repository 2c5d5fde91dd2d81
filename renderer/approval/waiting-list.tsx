import type { ApprovalCard } from '../../shared/approval.ts';
import { secondsLeft } from '../components/time-words.ts';
import { useNow } from '../components/use-now.ts';
import { headline } from './card-words.ts';

/** The requests that are not in focus, one line each; choosing one brings it into focus and answers nothing. */
export function WaitingList(props: {
  readonly cards: readonly ApprovalCard[];
  readonly onChoose: (card: ApprovalCard) => void;
}) {
  const now = useNow(1000);
  if (props.cards.length === 0) return null;
  const waiting = props.cards.filter((card) => card.state === 'waiting').length;
  const title =
    waiting > 0 ? `${waiting} more waiting` : `${props.cards.length} that ran out of time`;
  return (
    <nav className="queue" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {props.cards.map((card) => (
          <li key={card.id}>
            <button type="button" onClick={() => props.onChoose(card)}>
              <span className="unseen">Show </span>
              <bdi className="who">{headline(card).who}</bdi>
              <bdi className="queue-what">{headline(card).what || card.method}</bdi>
              <span className="left">
                {card.state === 'expired' ? 'too late' : `${secondsLeft(card.deadline, now)} s`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
