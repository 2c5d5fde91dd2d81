import type { Tone } from './risk-words.ts';
import { toneIcon, toneSoft } from './tone.tsx';

/** A block that says what is wrong, or worth knowing, in the colour and shape of its tone. */
export function Callout(props: {
  readonly tone: Tone;
  readonly children: React.ReactNode;
  readonly alert?: boolean;
}) {
  const Icon = toneIcon[props.tone];
  return (
    <div
      className={`flex gap-2.5 rounded-panel px-3 py-2.5 ${toneSoft[props.tone]}`}
      role={props.alert ? 'alert' : undefined}
    >
      <Icon size={16} className="mt-0.5 shrink-0" aria-hidden="true" />
      <div className="min-w-0 flex-1 text-ink">{props.children}</div>
    </div>
  );
}
