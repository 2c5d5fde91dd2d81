import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { count } from '../components/count.ts';
import { Code } from '../components/facts.tsx';
import { Modal } from '../components/modal.tsx';
import { Toned } from '../components/tone.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { ConfigSettings } from './config-settings.tsx';
import { ChoiceSetting, Group, Setting, TextSetting } from './field.tsx';
import { useSave } from './use-save.ts';
import { checkFloor, checkSeconds, checkShortcut } from './validation.ts';

/** Whether calls are stopped or only watched, how long a person has to answer, and the kill shortcut. */
export function ProtectionGroup() {
  const { state } = useApp();
  const save = useSave();
  const { settings, policy, keychain, holds } = state;
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState('');
  const setMode = (mode: 'enforce' | 'monitor') => {
    setAsking(false);
    void save({ mode }).then(setProblem);
  };
  return (
    <Group title="Protection">
      <ChoiceSetting
        name="Mode"
        about="Monitor mode records what Airlock would have asked or refused and lets every call through. The kill switch works in both."
        value={settings.mode}
        options={[
          ['enforce', 'Enforce: ask and refuse'],
          ['monitor', 'Monitor: only record'],
        ]}
        onChoose={(mode) => (mode === 'monitor' ? setAsking(true) : setMode('enforce'))}
        problem={problem}
        hold={holds.mode}
        tooLoose={(mode) => mode === 'monitor' && holds.mode?.floor !== 'monitor'}
      />
      <TextSetting
        name="Time to answer"
        about="A call that nobody answers is denied after this."
        value={String(settings.approvalSeconds)}
        check={(text) => checkSeconds(text) || checkFloor(text, holds.approvalSeconds)}
        hold={holds.approvalSeconds}
        save={(text) => save({ approvalSeconds: Number(text) })}
        unit="seconds"
        numeric
      />
      <TextSetting
        name="Kill shortcut"
        about="Stops everything from anywhere. Empty: no shortcut."
        value={settings.killShortcut}
        check={checkShortcut}
        save={(text) => save({ killShortcut: text })}
        placeholder="CommandOrControl+Shift+F12"
        hold={holds.killShortcut}
      />
      <ConfigSettings />
      <Setting
        name="Policy"
        about={
          <>
            Your own rules: <Code>{policy.userFile}</Code>
          </>
        }
      >
        {policy.problems.length === 0 ? (
          <Toned tone="ok">{count(policy.rules, 'rule')} in force</Toned>
        ) : (
          <>
            <Toned tone="warn">{count(policy.rules, 'rule')} in force, with problems</Toned>
            <ul className="mt-1 flex flex-col gap-1 text-danger">
              {policy.problems.map((text) => (
                <li key={text}>
                  <bdi>{text}</bdi>
                </li>
              ))}
            </ul>
          </>
        )}
      </Setting>
      <Setting name="Keychain" about="Secrets of your servers are kept here, never in a file.">
        {keychain.available ? (
          <Toned tone="ok">Open</Toned>
        ) : (
          <Toned tone="danger">{keychain.problem}</Toned>
        )}
      </Setting>
      {asking ? (
        <Modal
          title="Switch to monitor mode?"
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button data-first onClick={() => setAsking(false)}>
                Keep enforcing
              </Button>
              <Button
                look="danger"
                data-testid="confirm-monitor"
                onClick={() => setMode('monitor')}
              >
                Only monitor
              </Button>
            </>
          }
        >
          <Callout tone="warn">
            Nothing is asked and nothing is refused until you switch back: agents may write, send,
            run and delete. Every call is still recorded.
          </Callout>
        </Modal>
      ) : null}
    </Group>
  );
}
