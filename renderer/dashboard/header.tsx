import {
  ChevronDown,
  Eye,
  Hand,
  type LucideIcon,
  OctagonX,
  Shield,
  ShieldAlert,
  ShieldCheck,
} from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import type { AppState } from '../../shared/state.ts';
import { Button } from '../components/button.tsx';
import { count } from '../components/count.ts';
import { toneSoft } from '../components/tone.tsx';
import { useApp } from './app-context.ts';
import { AttentionList } from './attention-list.tsx';
import { KillSwitch } from './kill-switch.tsx';
import { protectionWords } from './protection-words.ts';

const icons: Readonly<Record<AppState['protection'], LucideIcon>> = {
  protected: ShieldCheck,
  attention: ShieldAlert,
  monitor: Eye,
  stopped: OctagonX,
};

/** The top of the window: how things stand, what waits, and the kill switch. */
export function Header() {
  const { api, state } = useApp();
  return (
    <header className="flex items-center gap-3 border-b border-line bg-surface py-2 pe-3 ps-5">
      <span className="flex w-[159px] items-center gap-2 text-[15px] font-semibold">
        <Shield size={18} aria-hidden="true" />
        Airlock
      </span>
      <Protection />
      <span className="flex-1" />
      {state.waiting > 0 ? (
        <Button look="primary" icon={Hand} onClick={() => void api.openApprovals({})}>
          Answer {count(state.waiting, 'waiting call')}
        </Button>
      ) : null}
      <KillSwitch />
    </header>
  );
}

function Protection() {
  const { state } = useApp();
  const [open, setOpen] = useState(false);
  const { text, tone, means } = protectionWords(state);
  const Icon = icons[state.protection];
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          data-testid="protection"
          className={`inline-flex h-7.5 items-center gap-2 rounded-control px-3 font-medium ${toneSoft[tone]}`}
        >
          <Icon size={16} aria-hidden="true" />
          {text}
          <ChevronDown size={14} aria-hidden="true" />
        </button>
      </Popover.Trigger>
      <Popover.Content
        align="start"
        sideOffset={6}
        aria-label="How things stand"
        className="z-10 w-[420px] rounded-panel border border-line bg-surface p-4 shadow-raised"
      >
        <p className="font-medium">{means}</p>
        {state.attention.length > 0 ? (
          <div className="mt-2 border-t border-line pt-2">
            <AttentionList items={state.attention} onGone={() => setOpen(false)} />
          </div>
        ) : (
          <p className="text-muted">Nothing wants your attention.</p>
        )}
      </Popover.Content>
    </Popover.Root>
  );
}
