import { useState } from 'react';
import type { Settings } from '../../shared/settings.ts';
import { useApp } from '../dashboard/app-context.ts';
import { ChoiceSetting } from './field.tsx';
import { useSave } from './use-save.ts';

const drift: readonly (readonly [Settings['onDrift'], string])[] = [
  ['reapply', 'Route it again at once'],
  ['ask', 'Ask me'],
  ['leave', 'Leave it: the server is not protected'],
];

const newEntry: readonly (readonly [Settings['onNewEntry'], string])[] = [
  ['ask', 'Ask me'],
  ['route', 'Route it through Airlock'],
  ['block', 'Block it: every call is refused'],
  ['leave', 'Leave it: the server is not protected'],
];

/** What Airlock does where others change the configs it looks after. */
export function ConfigSettings() {
  const { state } = useApp();
  const save = useSave();
  const { settings, holds } = state;
  const [driftProblem, setDriftProblem] = useState('');
  const [entryProblem, setEntryProblem] = useState('');
  return (
    <>
      <ChoiceSetting
        name="When a protected server is changed back"
        about="A client or another program writes over its config, so that the server starts without Airlock."
        value={settings.onDrift}
        options={drift}
        onChoose={(onDrift) => void save({ onDrift }).then(setDriftProblem)}
        problem={driftProblem}
        hold={holds.onDrift}
      />
      <ChoiceSetting
        name="When a new server appears"
        about="Somebody adds a server to a client that goes through Airlock."
        value={settings.onNewEntry}
        options={newEntry}
        onChoose={(onNewEntry) => void save({ onNewEntry }).then(setEntryProblem)}
        problem={entryProblem}
        hold={holds.onNewEntry}
      />
    </>
  );
}
