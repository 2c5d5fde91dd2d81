import { useState } from 'react';
import type { HeldTool } from '../../shared/server.ts';
import { Button } from '../components/button.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { Findings } from '../components/findings.tsx';
import { dateTime } from '../components/time-words.ts';
import { Badge } from '../components/tone.tsx';
import { AcceptDialog } from './accept-dialog.tsx';
import { SideView } from './side-view.tsx';

/** One held tool: why, what was found, and both definitions, so that a person can judge before accepting. */
export function HeldCard({ held }: { readonly held: HeldTool }) {
  const [accepting, setAccepting] = useState(false);
  const changed = held.state === 'changed';
  return (
    <article
      aria-label={`${held.tool} of ${held.serverLabel}`}
      className="flex flex-col gap-3 rounded-panel border border-line bg-surface p-4"
      data-testid="held-tool"
    >
      <div className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="flex flex-wrap items-center gap-2">
            <bdi className="font-mono text-[15px] font-semibold">{held.tool}</bdi>
            <Badge tone={changed ? 'warn' : 'danger'}>
              {changed ? 'Changed since it was accepted' : 'Held at first sight'}
            </Badge>
          </h2>
          <p className="font-mono text-xs text-muted">
            <bdi>{held.serverLabel}</bdi>
          </p>
          <p className="text-muted">
            Calls of it are refused since {dateTime(held.since, Date.now())}.
          </p>
        </div>
        <Button data-testid="accept-tool" onClick={() => setAccepting(true)}>
          Accept…<span className="sr-only"> {held.tool}</span>
        </Button>
      </div>
      {held.findings.length > 0 ? <Findings findings={held.findings} /> : null}
      {changed ? (
        <SideView before={held.acceptedText} after={held.heldText} />
      ) : (
        <CodeBlock text={held.heldText} label={`Definition of ${held.tool}`} />
      )}
      {accepting ? <AcceptDialog held={held} onClose={() => setAccepting(false)} /> : null}
    </article>
  );
}
