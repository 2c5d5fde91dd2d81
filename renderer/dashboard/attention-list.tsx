import { TriangleAlert } from 'lucide-react';
import type { Attention } from '../../shared/state.ts';
import { Button } from '../components/button.tsx';
import { useApp } from './app-context.ts';
import { remedy } from './protection-words.ts';

/** What wants the person's eyes, most urgent first, each with the way to it. */
export function AttentionList(props: {
  readonly items: readonly Attention[];
  readonly onGone?: () => void;
}) {
  const { api, go } = useApp();
  return (
    <ul className="flex flex-col" data-testid="attention">
      {props.items.map((item) => {
        const way = remedy(item.kind);
        return (
          <li key={item.id} className="flex items-start gap-2 py-1">
            <TriangleAlert size={14} className="mt-1 shrink-0 text-warn" aria-hidden="true" />
            <p className="min-w-0 flex-1">
              <bdi>{item.text}</bdi>
            </p>
            {way.at === 'banner' ? null : (
              <Button
                look="link"
                onClick={() => {
                  props.onGone?.();
                  if (way.at === 'screen') go(way.screen);
                  else void api.openApprovals({});
                }}
              >
                {way.label}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
