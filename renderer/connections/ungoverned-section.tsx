import type { UngovernedView } from '../../shared/client.ts';
import { FoldedSection } from '../components/folded-section.tsx';

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
  return (
    <FoldedSection
      title="Seen, not governed"
      about="These get their servers from elsewhere than a config file, so Airlock cannot check their calls. You need do nothing; IT can."
      amount={seen.length}
      open={seen.length <= fewThings}
    >
      {() => (
        <ul>
          {seen.map((one) => (
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
      )}
    </FoldedSection>
  );
}
