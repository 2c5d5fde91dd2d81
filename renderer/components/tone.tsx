import {
  CircleCheck,
  CircleMinus,
  Info,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
} from 'lucide-react';
import type { Tone } from './risk-words.ts';

/** The shape of each tone, so that colour never says it alone. */
export const toneIcon: Readonly<Record<Tone, LucideIcon>> = {
  neutral: CircleMinus,
  info: Info,
  ok: CircleCheck,
  warn: TriangleAlert,
  danger: OctagonAlert,
};

/** Text colour of each tone on the page. */
const toneText: Readonly<Record<Tone, string>> = {
  neutral: 'text-muted',
  info: 'text-accent',
  ok: 'text-ok',
  warn: 'text-warn',
  danger: 'text-danger',
};

/** Text and ground of each tone. */
export const toneSoft: Readonly<Record<Tone, string>> = {
  neutral: 'bg-hover text-ink',
  info: 'bg-accent-soft text-accent',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
};

/** A word with the shape and colour of its tone; what is well keeps the colour of text, so that the rest stands out. */
export function Toned(props: {
  readonly tone: Tone;
  readonly children: React.ReactNode;
  /** Cuts what does not fit on one line instead of wrapping it. */
  readonly oneLine?: boolean;
}) {
  const Icon = toneIcon[props.tone];
  const text = props.tone === 'ok' ? '' : toneText[props.tone];
  return (
    <span className={`inline-flex max-w-full items-start gap-1.5 align-middle ${text}`}>
      <Icon
        size={14}
        className={`mt-[0.2em] shrink-0 ${toneText[props.tone]}`}
        aria-hidden="true"
      />
      <span className={props.oneLine ? 'truncate' : ''}>{props.children}</span>
    </span>
  );
}

/** The same on a soft ground, for what should be seen from afar. */
export function Badge(props: { readonly tone: Tone; readonly children: React.ReactNode }) {
  const Icon = toneIcon[props.tone];
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${toneSoft[props.tone]}`}
    >
      <Icon size={12} className="shrink-0" aria-hidden="true" />
      {props.children}
    </span>
  );
}
