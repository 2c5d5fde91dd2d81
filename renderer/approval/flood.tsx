import { useState } from 'react';
import type { ApprovalCard } from '../../shared/approval.ts';
import type { PageApi } from '../../shared/ipc.ts';
import { count } from '../components/count.ts';
import { sentence } from '../latest.ts';
import { Glyph } from './glyph.tsx';
import { whenReal } from './real-press.ts';

/** A connection that asks faster than a person can read: its surplus as one line that can only be tightened. */
export function Flood(props: { readonly api: PageApi<'approval'>; readonly card: ApprovalCard }) {
  const { api, card } = props;
  const [problem, setProblem] = useState('');
  const failed = (error: unknown) => setProblem(sentence(error));
  const pause = () => {
    api.pauseConnection({ connectionId: card.connectionId }).catch(failed);
  };
  const deny = () => {
    api
      .answerApproval({ approvalId: card.id, cardRevision: card.revision, answer: 'deny' })
      .then((result) => setProblem(result.ok ? '' : result.problem.message), failed);
  };
  return (
    <section className="callout danger flood" data-testid="flood" aria-label="Too many requests">
      <Glyph shape="danger" />
      <div className="callout-text">
        <p>
          <strong>{count(card.count, 'more call')}</strong> from <bdi>{card.clientName}</bdi> to{' '}
          <bdi>{card.connectionName}</bdi>, faster than anyone can read.
        </p>
        {problem === '' ? null : (
          <p role="alert" className="problem">
            {problem}
          </p>
        )}
        <div className="row">
          <button
            type="button"
            className="small-danger"
            data-testid="pause"
            onClick={whenReal(pause)}
          >
            Pause this connection
          </button>
          <button type="button" className="small-plain" onClick={whenReal(deny)}>
            Deny {card.count === 1 ? 'it' : `these ${card.count}`}
          </button>
        </div>
      </div>
    </section>
  );
}
