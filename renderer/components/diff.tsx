import { type DiffLine, unifiedDiff } from './unified-diff.ts';

const grounds: Readonly<Record<DiffLine['kind'], string>> = {
  hunk: 'bg-hover text-muted',
  same: '',
  added: 'bg-ok-soft',
  removed: 'bg-danger-soft',
  note: 'text-muted',
};

const signs: Readonly<Record<DiffLine['kind'], string>> = {
  hunk: '',
  same: ' ',
  added: '+',
  removed: '−',
  note: '',
};

/** A unified diff with its line numbers; added and removed lines carry a sign as well as a ground. */
export function Diff({ diff, label }: { readonly diff: string; readonly label: string }) {
  return (
    <section
      aria-label={label}
      className="overflow-auto rounded-control border border-line bg-inset"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the focus so that arrow keys scroll it
      tabIndex={0}
    >
      <table className="w-full border-collapse font-mono text-xs leading-5">
        <tbody>
          {unifiedDiff(diff).map((line, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one diff never move
            <tr key={at} className={grounds[line.kind]}>
              <td className="w-10 ps-2 pe-1 text-end text-muted select-none">{line.before}</td>
              <td className="w-10 px-1 text-end text-muted select-none">{line.after}</td>
              <td className="w-5 text-center select-none">{signs[line.kind]}</td>
              <td className="pe-3 wrap-anywhere whitespace-pre-wrap">{line.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
