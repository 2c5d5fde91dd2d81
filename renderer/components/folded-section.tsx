import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { number } from './count.ts';

/** A part of a screen under a heading that opens and closes it; its children are made only while it is open. */
export function FoldedSection(props: {
  readonly title: string;
  readonly about: string;
  readonly amount: number;
  /** Whether it is open at first. */
  readonly open: boolean;
  readonly children: () => ReactNode;
}) {
  const { title, about, amount, children } = props;
  const [open, setOpen] = useState(props.open);
  const body = useId();
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <section
      aria-label={title}
      className="overflow-hidden rounded-panel border border-line bg-surface"
    >
      <div className="px-4 py-2.5">
        <h2 className="-ms-2">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={body}
            onClick={() => setOpen(!open)}
            className="flex w-full items-baseline gap-x-2 rounded-control px-1.5 py-0.5 text-start hover:bg-hover"
          >
            <Chevron size={14} className="shrink-0 self-center text-muted" aria-hidden="true" />
            <span className="text-[15px] font-semibold">{title}</span>
            <span className="text-muted">{number(amount)}</span>
          </button>
        </h2>
        <p className="ps-5 text-muted">{about}</p>
      </div>
      <div id={body} hidden={!open}>
        {open ? children() : null}
      </div>
    </section>
  );
}
