import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Snapshot } from '../latest.ts';
import { Button } from './button.tsx';
import { Callout } from './callout.tsx';

/** The frame of a dashboard screen: what it is, in one line why, and what can be done on it. */
export function Screen(props: {
  readonly title: string;
  readonly about: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** True where the children scroll by themselves. */
  readonly fixed?: boolean;
}) {
  return (
    <div
      className={
        props.fixed
          ? 'flex h-full min-h-0 flex-col gap-4 px-6 pt-5'
          : 'flex h-full min-h-0 flex-col gap-4 overflow-auto px-6 py-5 *:shrink-0'
      }
    >
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h1 className="text-[18px] leading-6 font-semibold">{props.title}</h1>
          <p className="text-muted">{props.about}</p>
        </div>
        {props.actions ? <div className="flex flex-wrap gap-2">{props.actions}</div> : null}
      </div>
      {props.children}
    </div>
  );
}

/** Nothing is here, why, and what would bring something. */
export function Empty(props: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  const Icon = props.icon;
  return (
    <div className="flex flex-col items-center gap-1 rounded-panel border border-dashed border-line px-6 py-14 text-center">
      <Icon size={24} className="mb-2 text-muted" aria-hidden="true" />
      <p className="text-[15px] font-medium">{props.title}</p>
      <p className="max-w-[52ch] text-muted">{props.children}</p>
      {props.action ? <div className="mt-3">{props.action}</div> : null}
    </div>
  );
}

/** Shows what was asked of main: that it is on its way, why it failed, or the thing itself. */
export function Loaded<T>(props: {
  readonly of: Snapshot<T>;
  readonly waiting: string;
  readonly again: () => void;
  readonly children: (value: T) => ReactNode;
}) {
  switch (props.of.state) {
    case 'loading':
      return (
        <p role="status" className="py-10 text-center text-muted">
          {props.waiting}
        </p>
      );
    case 'failed':
      return (
        <Callout tone="danger" alert>
          <p>Airlock could not do that: {props.of.message}</p>
          <Button className="mt-2" onClick={props.again}>
            Try again
          </Button>
        </Callout>
      );
    case 'ready':
      return props.children(props.of.value);
    default:
      return props.of satisfies never;
  }
}
