import { useMemo } from 'react';
import { type Piece, sideBySide } from '../components/side-by-side.ts';

/** The accepted definition beside the held one; words that differ are marked by ground and underline. */
export function SideView(props: { readonly before: string; readonly after: string }) {
  const { before, after } = props;
  const rows = useMemo(() => sideBySide(before, after), [before, after]);
  return (
    <section
      aria-label="Accepted definition beside the held one"
      className="max-h-[420px] overflow-auto rounded-control border border-line bg-inset"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the focus so that arrow keys scroll it
      tabIndex={0}
    >
      <table className="w-full table-fixed border-collapse font-mono text-xs leading-5">
        <thead className="font-sans text-muted">
          <tr className="sticky top-0 bg-inset shadow-[inset_0_-1px_var(--line)]">
            <th scope="col" className="px-3 py-1 text-start font-medium">
              Accepted
            </th>
            <th scope="col" className="border-s border-line px-3 py-1 text-start font-medium">
              Held
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one comparison never move
            <tr key={at} className="align-top">
              <Side pieces={row.left} mark={row.changed ? 'removed' : 'same'} />
              <Side pieces={row.right} mark={row.changed ? 'added' : 'same'} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const grounds = {
  same: { line: '', piece: '' },
  removed: {
    line: 'bg-danger-soft',
    piece: 'text-danger underline decoration-2 underline-offset-2',
  },
  added: { line: 'bg-ok-soft', piece: 'text-ok underline decoration-2 underline-offset-2' },
} as const;

function Side(props: {
  readonly pieces: readonly Piece[] | undefined;
  readonly mark: keyof typeof grounds;
}) {
  const { pieces, mark } = props;
  return (
    <td
      className={`border-line px-3 wrap-anywhere whitespace-pre-wrap not-first:border-s ${pieces ? grounds[mark].line : ''}`}
    >
      {pieces?.map((piece, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one line never move
        <span key={at} className={piece.changed ? grounds[mark].piece : ''}>
          {piece.text}
        </span>
      ))}
    </td>
  );
}
