import type { StrayServer } from '../../shared/inventory.ts';
import { FoldedSection } from '../components/folded-section.tsx';
import { lineage } from './inventory-words.ts';

/** More than these are closed at first. */
const few = 5;

/** Running programs that look like MCP servers and that no config explains. */
export function StraySection({ stray }: { readonly stray: readonly StrayServer[] }) {
  return (
    <FoldedSection
      title="Running without Airlock"
      about={
        stray.length === 0
          ? 'No running program looks like an MCP server that Airlock does not know.'
          : 'These programs look like MCP servers, and no config explains them. Airlock does not see their calls.'
      }
      amount={stray.length}
      open={stray.length > 0 && stray.length <= few}
    >
      {() => (
        <ul>
          {stray.map((one) => (
            <li
              key={one.pid}
              className="grid grid-cols-[minmax(0,1fr)_minmax(0,280px)] gap-4 border-t border-line px-4 py-2.5"
            >
              <div className="min-w-0">
                <p className="font-mono text-xs wrap-anywhere">
                  <bdi>{one.command}</bdi>
                </p>
                <p className="text-xs text-muted">
                  <bdi>{one.app ?? 'App not known'}</bdi>
                  {one.parents.length > 0 ? (
                    <>
                      {' · '}
                      <bdi>{lineage(one)}</bdi>
                    </>
                  ) : null}
                  {` · process ${one.pid}`}
                </p>
              </div>
              <p className="min-w-0">
                <bdi>{one.reason}</bdi>
              </p>
            </li>
          ))}
        </ul>
      )}
    </FoldedSection>
  );
}
