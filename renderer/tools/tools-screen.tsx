import { Wrench } from 'lucide-react';
import { Empty, Screen } from '../components/screen.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { HeldCard } from './held-card.tsx';

/** Tools whose definition nobody has accepted: new ones that look poisoned, and known ones that changed. */
export function ToolsScreen() {
  const { state } = useApp();
  return (
    <Screen
      title="Tools held"
      about="Agents see none of these until you have looked at them and accept them."
    >
      {state.heldTools.length === 0 ? (
        <Empty icon={Wrench} title="No tool is held">
          A tool is held when its server changes its definition after it was accepted, or when its
          description looks like an attack on the agent that reads it.
        </Empty>
      ) : (
        state.heldTools.map((held) => (
          <HeldCard key={`${held.serverId} ${held.tool} ${held.heldHash}`} held={held} />
        ))
      )}
    </Screen>
  );
}
