import { ChevronDown, ChevronRight } from 'lucide-react';
import { useId, useState } from 'react';
import type { UngovernedView } from '../../shared/client.ts';
import { number } from '../components/count.ts';

/** A list longer than this is closed at first. */
const fewThings = 4;

/** What each kind is called. */
const kinds: Readonly<Record<UngovernedView['kind'], string>> = {
  extension: 'Extension',
  plugin: 'Plugin',
  connector: 'Connector',
  database: 'In its own database',
  'command-line': 'Command line',
  cloud: 'In the cloud',
};

/** Servers that no config file leads to, so that Airlock sees them and cannot check them; what IT can do is beside. */
export function UngovernedSection({ seen }: { readonly seen: readonly UngovernedView[] }) {
  const [open, setOpen] = useState(seen.length <= fewThings);
  const body = useId();
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <section
      aria-label="Seen, not governed"
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
            <span className="text-[15px] font-semibold">Seen, not governed</span>
            <span className="text-muted">{number(seen.length)}</span>
          </button>
        </h2>
        <p className="ps-5 text-muted">
          These get their servers from elsewhere than a config file, so Airlock cannot check their
          calls. You need do nothing; IT can.
        </p>
      </div>
      <ul id={body} hidden={!open}>
        {(open ? seen : []).map((one) => (
          <li
            key={`${one.clientId} ${one.name} ${one.path ?? ''}`}
            className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-4 border-t border-line px-4 py-2.5"
          >
            <div className="min-w-0">
              <p>
                <bdi className="font-medium">{one.name}</bdi>
                <span className="ms-2 text-muted">{kinds[one.kind]}</span>
              </p>
              <p className="text-xs text-muted">
                <bdi>{one.clientName}</bdi>
                {one.path === undefined ? null : (
                  <>
                    {' · '}
                    <bdi className="font-mono">{one.path}</bdi>
                  </>
                )}
              </p>
            </div>
            <p className="min-w-0">
              <span className="block text-xs text-muted">For IT</span>
              <bdi>{one.advice}</bdi>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
