import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { number } from './count.ts';

/** A list of which only the first are shown until somebody wants the rest. */
export function FoldedList<T>(props: {
  readonly items: readonly T[];
  /** How many are shown at first; one more than that is shown as well, as the button would take its place. */
  readonly first: number;
  /** What they are called, as in `Show all 40 servers`. */
  readonly noun: string;
  readonly children: (item: T) => ReactNode;
  readonly className?: string;
}) {
  const { items, first, noun, children, className } = props;
  const [all, setAll] = useState(false);
  const fits = all || items.length <= first + 1;
  return (
    <>
      <ul className={className}>{(fits ? items : items.slice(0, first)).map(children)}</ul>
      {fits ? null : (
        <Button look="link" className="mt-1 py-1" onClick={() => setAll(true)}>
          Show all {number(items.length)} {noun}
        </Button>
      )}
    </>
  );
}
