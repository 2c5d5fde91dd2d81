import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { jsonSpans } from '../components/json-spans.ts';

/**
 * The arguments as main escaped and masked them, in a block of their own that scrolls. A long one can be opened to
 * its full height; the page scrolls then, and the buttons stay where they are.
 */
export function Arguments({ text }: { readonly text: string }) {
  const block = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const [long, setLong] = useState(false);
  const spans = useMemo(() => jsonSpans(text), [text]);
  useLayoutEffect(() => {
    const element = block.current;
    if (element && !open) setLong(element.scrollHeight > element.clientHeight + 1);
  }, [open]);
  const none = text.trim() === '' || text.trim() === '{}';
  return (
    <section aria-label="What it sends" className="arguments">
      <h2>With</h2>
      {none ? (
        <p className="none" data-testid="arguments">
          No arguments
        </p>
      ) : (
        <>
          <section
            ref={block}
            className={open ? 'block open' : 'block'}
            data-testid="arguments"
            aria-label="Arguments"
            // A block that scrolls must be reachable by keyboard.
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the focus so that arrow keys scroll it
            tabIndex={0}
          >
            <pre>
              {spans.map((span, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
                <span key={at} className={span.kind}>
                  {span.text}
                </span>
              ))}
            </pre>
          </section>
          {long || open ? (
            <button
              type="button"
              className="link"
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              {open ? 'Show less' : 'Show all of it'}
            </button>
          ) : null}
        </>
      )}
    </section>
  );
}
