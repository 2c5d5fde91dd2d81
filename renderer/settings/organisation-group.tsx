import { useState } from 'react';
import type { ManagedStatus } from '../../shared/managed-status.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { Code } from '../components/facts.tsx';
import { dateTime } from '../components/time-words.ts';
import { Toned } from '../components/tone.tsx';
import { useNow } from '../components/use-now.ts';
import { useTask } from '../components/use-task.ts';
import { useApp } from '../dashboard/app-context.ts';
import { AccessDialog } from './access-dialog.tsx';
import { Group, Setting } from './field.tsx';
import { managedWords, momentWords } from './managed-words.ts';

/** What the organisation has set on this machine and how fresh that is; nothing where nobody manages it. */
export function OrganisationGroup() {
  const { managed } = useApp().state;
  const now = useNow(30_000);
  if (managed.state === 'not-managed') return null;
  const words = managedWords(managed, now);
  return (
    <Group title="Your organisation">
      <Setting
        name={<bdi>{managed.organisation === '' ? 'Not known' : managed.organisation}</bdi>}
        about="It decides what agents may do on this machine, and may hold settings below."
      >
        <Toned tone={words.tone}>{words.text}</Toned>
        <p className="text-muted">{words.means}</p>
      </Setting>
      {managed.serial === undefined ? null : <Policy managed={managed} now={now} />}
      <Check managed={managed} now={now} />
      {managed.contact === undefined ? null : <Access />}
    </Group>
  );
}

function Policy({ managed, now }: { readonly managed: ManagedStatus; readonly now: number }) {
  const { issued, expires, kid } = managed;
  return (
    <Setting
      name="Policy"
      about={
        kid === undefined ? undefined : (
          <>
            Signed with <Code>{kid}</Code>
          </>
        )
      }
    >
      <p>Number {managed.serial}</p>
      <p className="text-muted">
        {issued === undefined ? '' : `Issued ${momentWords(issued, now)}. `}
        {expires === undefined ? '' : `Valid until ${momentWords(expires, now)}.`}
      </p>
    </Setting>
  );
}

function Check({ managed, now }: { readonly managed: ManagedStatus; readonly now: number }) {
  const { api } = useApp();
  const { task, start } = useTask(() => api.checkPolicy({}));
  return (
    <Setting
      name="Last checked"
      about={
        managed.checkedAt === undefined
          ? 'The organisation’s policy host has not answered yet.'
          : `The policy host answered ${dateTime(managed.checkedAt, now)}.`
      }
    >
      <Button onClick={start} disabled={task.at === 'running'} data-testid="check-policy">
        {task.at === 'running' ? 'Checking…' : 'Check now'}
      </Button>
      <div role="status" className="mt-2 flex flex-col gap-1 empty:hidden">
        {task.at === 'failed' ? <Callout tone="danger">{task.message}</Callout> : null}
        {task.at === 'done' && task.value.problems.length === 0 ? (
          <Toned tone="ok">Up to date</Toned>
        ) : null}
        {managed.problems.map((text) => (
          <Toned key={text} tone="warn">
            <bdi>{text}</bdi>
          </Toned>
        ))}
      </div>
    </Setting>
  );
}

function Access() {
  const [asking, setAsking] = useState(false);
  return (
    <Setting
      name="Request access"
      about="Something you need is refused, or a setting is held? Ask the people who decide."
    >
      <Button onClick={() => setAsking(true)} data-testid="request-access">
        Request access…
      </Button>
      {asking ? <AccessDialog onClose={() => setAsking(false)} /> : null}
    </Setting>
  );
}
