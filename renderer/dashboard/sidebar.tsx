import { Activity, Boxes, KeyRound, type LucideIcon, Plug, Settings, Wrench } from 'lucide-react';
import { personLabel } from '../../shared/person.ts';
import { number } from '../components/count.ts';
import { type ScreenName, screens, useApp } from './app-context.ts';

const labels: Readonly<Record<ScreenName, { readonly text: string; readonly icon: LucideIcon }>> = {
  activity: { text: 'Activity', icon: Activity },
  connections: { text: 'Connections', icon: Plug },
  inventory: { text: 'Inventory', icon: Boxes },
  tools: { text: 'Tools held', icon: Wrench },
  grants: { text: 'Grants', icon: KeyRound },
  settings: { text: 'Settings', icon: Settings },
};

/** The way between screens, and at its foot who is at work and how long the trail is. */
export function Sidebar({ current }: { readonly current: ScreenName }) {
  const { state, go } = useApp();
  return (
    <nav
      aria-label="Screens"
      className="flex w-[180px] shrink-0 flex-col border-e border-line px-2.5 py-4"
    >
      <ul className="flex flex-col gap-0.5">
        {screens.map((screen) => {
          const { text, icon: Icon } = labels[screen];
          const held = screen === 'tools' ? state.heldTools.length : 0;
          return (
            <li key={screen}>
              <button
                type="button"
                data-testid={`nav-${screen}`}
                aria-current={screen === current ? 'page' : undefined}
                onClick={() => go(screen)}
                className="flex h-8 w-full items-center gap-2.5 rounded-control px-2.5 text-start text-muted hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
              >
                <Icon size={16} aria-hidden="true" />
                <span className="flex-1">{text}</span>
                {held > 0 ? (
                  <span className="rounded-full bg-warn-soft px-1.5 text-xs leading-5 font-medium text-warn">
                    {held}
                  </span>
                ) : null}
              </button>
            </li>
          );
        })}
      </ul>
      <p className="mt-auto px-2.5 text-xs leading-5 text-muted">
        <bdi>{personLabel(state.signedIn.person)}</bdi>
        <br />
        {number(state.trail.sequence)} entries recorded
        <br />
        Version {state.version}
      </p>
    </nav>
  );
}
