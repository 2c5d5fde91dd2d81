import { type ReactNode, useId } from 'react';
import type { ApprovalCard, GrantDuration, GrantScope } from '../../shared/approval.ts';
import { durationLabel, scopeLabel } from './card-words.ts';

/** What a yes may be widened to, where policy lets it be. */
export interface OfferProps {
  readonly card: ApprovalCard;
  readonly scope: GrantScope;
  readonly duration: GrantDuration;
  readonly onScope: (scope: GrantScope) => void;
  readonly onDuration: (duration: GrantDuration) => void;
}

/** The two small selectors: how long a yes holds, and for what. The scope opens once it holds longer than one call. */
export function Offer({ card, scope, duration, onScope, onDuration }: OfferProps) {
  if (card.durations.length < 2) return null;
  return (
    <div className="offer">
      <Choice
        label="For how long"
        value={duration}
        options={card.durations}
        words={durationLabel}
        onChange={onDuration}
      />
      <Choice
        label="For what"
        value={scope}
        options={card.scopes}
        words={(option) => scopeLabel(option, card)}
        onChange={onScope}
        locked={duration === 'once' || card.scopes.length < 2}
      />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  readonly words: (option: T) => string;
  readonly onChange: (value: T) => void;
  readonly locked?: boolean;
}

function Choice<T extends string>(props: ChoiceProps<T>): ReactNode {
  const { label, value, options, words, onChange, locked = false } = props;
  const id = useId();
  return (
    <div className="choice">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={locked}
        onChange={(event) => {
          const next = options.find((option) => option === event.target.value);
          if (next !== undefined) onChange(next);
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {words(option)}
          </option>
        ))}
      </select>
    </div>
  );
}
