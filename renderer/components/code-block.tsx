import { useMemo } from 'react';
import { jsonSpans } from './json-spans.ts';

const colours = {
  key: 'text-muted',
  mark: 'text-muted',
  literal: 'text-accent',
  string: '',
} as const;

/** JSON as text in code type, coloured; long ones scroll in their own block. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const spans = useMemo(() => jsonSpans(text), [text]);
  return (
    <section
      aria-label={label}
      className="max-h-72 overflow-auto rounded-control border border-line bg-inset px-3 py-2"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the focus so that arrow keys scroll it
      tabIndex={0}
    >
      <pre className="font-mono text-xs leading-5 wrap-anywhere whitespace-pre-wrap">
        {spans.map((span, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
          <span key={at} className={colours[span.kind]}>
            {span.text}
          </span>
        ))}
      </pre>
    </section>
  );
}
