import { useState } from 'react';
import type { LocalListener } from '../../shared/inventory.ts';
import { Button } from '../components/button.tsx';
import { FoldedSection } from '../components/folded-section.tsx';
import { ProbeDialog } from './probe-dialog.tsx';

/** Programs that listen on this machine. Whether one speaks MCP is asked only on a person's word. */
export function ListenerSection({ listeners }: { readonly listeners: readonly LocalListener[] }) {
  const [asked, setAsked] = useState<LocalListener>();
  return (
    <FoldedSection
      title="Listening on this machine"
      about={
        listeners.length === 0
          ? 'No program accepts connections on this machine’s own address.'
          : 'Programs that accept connections from this machine. Most are harmless; an MCP server may be among them.'
      }
      amount={listeners.length}
      open={false}
    >
      {() => (
        <ul>
          {listeners.map((one) => (
            <li
              key={`${one.address} ${one.port}`}
              className="flex items-center gap-4 border-t border-line px-4 py-2"
            >
              <p className="min-w-0 flex-1">
                <bdi className="font-medium">{one.program ?? 'Program not known'}</bdi>
                <span className="ms-2 text-xs text-muted">
                  <bdi className="font-mono">{one.address}</bdi>, port {one.port}
                  {one.pid === undefined ? '' : ` · process ${one.pid}`}
                </span>
              </p>
              <Button onClick={() => setAsked(one)}>
                Look…<span className="sr-only"> at port {one.port}</span>
              </Button>
            </li>
          ))}
          {asked ? <ProbeDialog listener={asked} onClose={() => setAsked(undefined)} /> : null}
        </ul>
      )}
    </FoldedSection>
  );
}
