import { useState } from 'react';
import type { Settings } from '../../shared/settings.ts';
import { Button } from '../components/button.tsx';
import { Screen } from '../components/screen.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';
import { AuditGroup } from './audit-group.tsx';
import { ChoiceSetting, Group, Setting } from './field.tsx';
import { OrganisationGroup } from './organisation-group.tsx';
import { PersonGroup } from './person-group.tsx';
import { ProtectionGroup } from './protection-group.tsx';
import { useSave } from './use-save.ts';

/** What a person may change, and what stands in Airlock's way. */
export function SettingsScreen() {
  return (
    <Screen title="Settings" about="What you change takes effect at once.">
      <div className="flex max-w-[820px] flex-col gap-4">
        <OrganisationGroup />
        <PersonGroup />
        <ProtectionGroup />
        <AuditGroup />
        <AppGroup />
      </div>
    </Screen>
  );
}

const themes: readonly (readonly [Settings['theme'], string])[] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function AppGroup() {
  const { api, state } = useApp();
  const save = useSave();
  const [themeProblem, setThemeProblem] = useState('');
  const [loginProblem, setLoginProblem] = useState('');
  const [folderProblem, setFolderProblem] = useState('');
  const { settings, holds } = state;
  const login = holds.startAtLogin;
  return (
    <Group title="App">
      <ChoiceSetting
        name="Appearance"
        about="Light or dark windows."
        value={settings.theme}
        options={themes}
        onChoose={(theme) => void save({ theme }).then(setThemeProblem)}
        problem={themeProblem}
        hold={holds.theme}
      />
      <Setting
        name="Start at login"
        about="Without Airlock running, protected servers cannot be used."
        hold={login}
      >
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={settings.startAtLogin}
            disabled={
              login?.hold === 'locked' || (login?.hold === 'floored' && login.floor !== false)
            }
            onChange={(event) =>
              void save({ startAtLogin: event.target.checked }).then(setLoginProblem)
            }
            className="accent-accent"
          />
          Start Airlock when you log in
        </label>
        <Problem text={loginProblem} />
      </Setting>
      <Setting
        name="Data folder"
        about={`Airlock ${state.version} keeps its trail, grants and settings there.`}
      >
        <Button
          onClick={() => {
            setFolderProblem('');
            api.openDataFolder({}).catch((error: unknown) => setFolderProblem(sentence(error)));
          }}
        >
          Open the data folder
        </Button>
        <Problem text={folderProblem} />
      </Setting>
    </Group>
  );
}

const Problem = ({ text }: { readonly text: string }) =>
  text === '' ? null : (
    <p role="alert" className="mt-1 text-danger">
      {text}
    </p>
  );
