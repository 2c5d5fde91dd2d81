import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { fullTime, rowTime } from '../components/time-words.ts';
import { Toned } from '../components/tone.tsx';
import { cells, type Word } from './row-words.ts';
import { gravest, type Row } from './rows.ts';
import { type Range, visibleRange } from './visible-range.ts';

/** Every row is exactly this high, in pixels. */
const rowHeight = 34;

const columns = [
  ['Time', 'w-[92px] text-start'],
  ['Client', 'w-[17%] text-start'],
  ['Server', 'w-[15%] text-start'],
  ['Tool', 'w-[24%] text-start'],
  ['Decision', 'w-[22%] text-start'],
  ['Outcome', 'w-[15%] text-start'],
  ['Took', 'w-[80px] text-end'],
] as const;

/** What the table shows and what it tells. */
export interface ActivityTableProps {
  readonly rows: readonly Row[];
  readonly chosen: string | undefined;
  readonly onChoose: (row: Row) => void;
  /** Stands below the last row. */
  readonly foot: ReactNode;
}

/** The calls and events, newest first. Only the rows in view are drawn; what is in view stays there as new ones come. */
export function ActivityTable({ rows, chosen, onChoose, foot }: ActivityTableProps) {
  const view = useRef<HTMLDivElement>(null);
  const range = useRange(view, rows.length);
  useSteadyView(view, rows);
  return (
    <div ref={view} className="min-h-0 flex-1 overflow-auto [overflow-anchor:none]">
      <table
        className="w-full min-w-[560px] table-fixed border-collapse"
        aria-rowcount={rows.length + 1}
      >
        <thead className="sticky top-0 z-[1] bg-canvas">
          <tr className="h-8 text-start text-xs text-muted shadow-[inset_0_-1px_var(--line)]">
            {columns.map(([name, width]) => (
              <th key={name} scope="col" className={`px-2 font-medium ${width}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={moveBetweenRows}>
          <Spacer height={range.start * rowHeight} />
          {rows.slice(range.start, range.end).map((row, at) => (
            <Line
              key={row.key}
              row={row}
              index={range.start + at + 2}
              chosen={row.key === chosen}
              onChoose={() => onChoose(row)}
            />
          ))}
          <Spacer height={(rows.length - range.end) * rowHeight} />
        </tbody>
      </table>
      {foot}
    </div>
  );
}

function Spacer({ height }: { readonly height: number }) {
  return height > 0 ? <tr style={{ height }} /> : null;
}

function Line(props: {
  readonly row: Row;
  readonly index: number;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  const { row, index, chosen, onChoose } = props;
  const show = cells(row);
  const worst = gravest(row);
  return (
    <tr
      data-testid="activity-row"
      aria-rowindex={index}
      onClick={onChoose}
      className={`h-[34px] cursor-default border-b border-line hover:bg-hover ${chosen ? 'bg-accent-soft' : ''}`}
    >
      <td className="px-2 text-muted tabular-nums" title={fullTime(row.time)}>
        {rowTime(row.time, Date.now())}
      </td>
      <Text text={show.client} />
      <Text text={show.server} title={show.serverLabel} />
      <td className="truncate px-2">
        <button
          type="button"
          className={
            row.kind === 'call'
              ? 'max-w-full truncate align-middle font-mono text-xs'
              : 'max-w-full truncate align-middle'
          }
        >
          <bdi>{show.what}</bdi>
        </button>
        {worst === undefined || worst === 'low' ? null : <FindingMark severity={worst} />}
      </td>
      {row.kind === 'event' ? (
        <td className="truncate px-2 text-muted" colSpan={3} title={show.decision.text}>
          <bdi>{show.decision.text}</bdi>
        </td>
      ) : (
        <>
          <ToneCell word={show.decision} />
          <ToneCell word={show.outcome} />
          <td className="px-2 text-end text-muted tabular-nums">{show.took}</td>
        </>
      )}
    </tr>
  );
}

function FindingMark({ severity }: { readonly severity: 'medium' | 'high' }) {
  const words = severity === 'high' ? 'Serious finding' : 'Suspicious finding';
  return (
    <span className="ms-2" title={words}>
      <Toned tone={severity === 'high' ? 'danger' : 'warn'}>
        <span className="sr-only">{words}</span>
      </Toned>
    </span>
  );
}

const Text = ({ text, title = text }: { readonly text: string; readonly title?: string }) => (
  <td className="truncate px-2" title={title}>
    <bdi>{text}</bdi>
  </td>
);

const ToneCell = ({ word }: { readonly word: Word }) => (
  <td className="truncate px-2" title={word.text}>
    {word.text === '' ? null : (
      <Toned oneLine tone={word.tone}>
        {word.text}
      </Toned>
    )}
  </td>
);

function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button.matches(':focus'));
  const next = buttons[at + step];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

function useRange(view: React.RefObject<HTMLDivElement | null>, count: number): Range {
  const [place, setPlace] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = view.current;
    if (!element) return;
    const read = () => setPlace({ top: element.scrollTop, height: element.clientHeight });
    const size = new ResizeObserver(read);
    size.observe(element);
    element.addEventListener('scroll', read, { passive: true });
    return () => {
      size.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, [view]);
  return visibleRange(place.top, place.height, rowHeight, count);
}

/** Keeps what a person reads in place when rows come in above it; at the very top the new ones show. */
function useSteadyView(view: React.RefObject<HTMLDivElement | null>, rows: readonly Row[]): void {
  const top = useRef<string>(undefined);
  useLayoutEffect(() => {
    const element = view.current;
    const above = rows.findIndex((row) => row.key === top.current);
    if (element && element.scrollTop > 0 && above > 0) element.scrollTop += above * rowHeight;
    top.current = rows[0]?.key;
  }, [view, rows]);
}
