import { Building2, CloudOff, UserX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Notice } from '../../shared/managed.ts';
import { Button } from '../components/button.tsx';
import { dateTime } from '../components/time-words.ts';
import { sentence } from '../latest.ts';
import { useApp } from './app-context.ts';

/** Notices beyond these are shown on request. */
const fewNotices = 2;

const order: readonly Notice['severity'][] = ['critical', 'warning', 'info'];

const looks = {
  critical: 'bg-danger-soft [&_svg]:text-danger',
  warning: 'bg-warn-soft [&_svg]:text-warn',
  info: 'bg-accent-soft [&_svg]:text-accent',
} as const;

const words = { critical: 'Urgent', warning: 'Important', info: 'Note' } as const;

/** What the organisation wants seen: a sign-in it requires, a policy that is missing, and its notices. */
export function OrganisationBanners() {
  const { state, go } = useApp();
  const { managed, signedIn } = state;
  const { status } = signedIn;
  return (
    <>
      {status.state === 'signed-out' && status.required ? <SignInNeeded /> : null}
      {status.state === 'signed-in' && status.offline !== undefined ? (
        <Banner look="warning" icon={<CloudOff size={16} aria-hidden="true" />}>
          <p className="flex-1">
            <strong className="font-semibold">Your sign-in counts until </strong>
            <strong className="font-semibold">{dateTime(status.offline.until, Date.now())}:</strong>{' '}
            the organisation’s sign-in cannot be reached. Connect to the network before then.
          </p>
        </Banner>
      ) : null}
      {managed.state === 'waiting' || managed.state === 'unreadable' ? (
        <Banner look="critical" icon={<Building2 size={16} aria-hidden="true" />}>
          <p className="flex-1">
            <strong className="font-semibold">Agents may only read:</strong>{' '}
            <bdi>{managed.problems[0] ?? 'the organisation’s policy has not arrived yet.'}</bdi>
          </p>
          <Button onClick={() => go('settings')}>Open settings</Button>
        </Banner>
      ) : null}
      <Notices />
    </>
  );
}

function SignInNeeded() {
  const { api } = useApp();
  const [problem, setProblem] = useState('');
  const signIn = () => {
    setProblem('');
    api.signInPerson({}).then(
      (result) => setProblem(result.ok ? '' : result.problem.message),
      (error: unknown) => setProblem(sentence(error)),
    );
  };
  return (
    <Banner look="critical" icon={<UserX size={16} aria-hidden="true" />}>
      <p className="flex-1" role="alert">
        <strong className="font-semibold">Sign in to work:</strong> your organisation refuses every
        call until you do. {problem}
      </p>
      <Button look="primary" onClick={signIn} data-testid="banner-sign-in">
        Sign in
      </Button>
    </Banner>
  );
}

function Notices() {
  const { managed } = useApp().state;
  const [all, setAll] = useState(false);
  const sorted = [...managed.notices].sort(
    (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity),
  );
  const shown = all ? sorted : sorted.slice(0, fewNotices);
  const more = sorted.length - shown.length;
  return (
    <section aria-label="Notices" className="max-h-40 overflow-auto empty:hidden">
      {shown.map((notice, at) => (
        <Banner
          key={notice.id}
          look={notice.severity}
          icon={<Building2 size={16} aria-hidden="true" />}
        >
          <p className="flex-1">
            <strong className="font-semibold">
              {words[notice.severity]}
              {managed.organisation === '' ? '' : ' from '}
              <bdi>{managed.organisation}</bdi>:
            </strong>{' '}
            <bdi>{notice.text}</bdi>
          </p>
          {more > 0 && at === shown.length - 1 ? (
            <Button onClick={() => setAll(true)}>{more} more</Button>
          ) : null}
        </Banner>
      ))}
    </section>
  );
}

function Banner(props: {
  readonly look: keyof typeof looks;
  readonly icon: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div
      className={`flex items-center gap-3 border-b border-line px-5 py-2 [&>svg]:shrink-0 ${looks[props.look]}`}
    >
      {props.icon}
      {props.children}
    </div>
  );
}
