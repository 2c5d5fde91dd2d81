import { LogIn } from 'lucide-react';
import type { SignInStatus } from '../../shared/sign-in.ts';
import { Button } from '../components/button.tsx';
import { Toned } from '../components/tone.tsx';
import { useNow } from '../components/use-now.ts';
import { signInWords } from './sign-in-words.ts';

/** What a person can do about the sign-in of one connection. */
export interface SignInActions {
  readonly begin: (connectionId: string) => void;
  readonly cancel: (connectionId: string) => void;
  readonly signOut: (connectionId: string) => void;
}

/** How a remote server's sign-in stands, and the next step: sign in, wait for the browser, or sign out. */
export function SignInLine(props: {
  readonly connectionId: string;
  readonly name: string;
  readonly status: SignInStatus;
  /** Why the last press came to nothing. */
  readonly failed: string;
  readonly actions: SignInActions;
}) {
  const { connectionId, name, status, failed, actions } = props;
  const now = useNow(30_000);
  const { text, tone, means, next, urgent } = signInWords(status, now);
  const to = <span className="sr-only"> to {name}</span>;
  return (
    <div
      className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1"
      data-testid={`sign-in-${connectionId}`}
    >
      <div className="min-w-0 flex-1 basis-52" role="status">
        <Toned tone={tone}>
          <bdi>{text}</bdi>
        </Toned>
        {means === '' || (failed !== '' && !urgent) ? null : (
          <p className="text-xs text-muted">
            <bdi>{means}</bdi>
          </p>
        )}
        {failed === '' || failed === means ? null : (
          <p className="text-xs text-danger">
            <bdi>{failed}</bdi>
          </p>
        )}
      </div>
      {next === 'sign-in' ? (
        <Button
          look={urgent ? 'primary' : 'link'}
          {...(urgent ? { icon: LogIn } : {})}
          onClick={() => actions.begin(connectionId)}
        >
          <span>
            Sign in
            {to}
          </span>
        </Button>
      ) : null}
      {next === 'wait' ? (
        <>
          <Button look="link" onClick={() => actions.begin(connectionId)}>
            Open the browser again
          </Button>
          <Button onClick={() => actions.cancel(connectionId)}>
            <span>
              Cancel
              <span className="sr-only"> the sign-in{to}</span>
            </span>
          </Button>
        </>
      ) : null}
      {next === 'sign-out' ? (
        <Button look="link" onClick={() => actions.signOut(connectionId)}>
          <span>
            Sign out…
            <span className="sr-only"> of {name}</span>
          </span>
        </Button>
      ) : null}
    </div>
  );
}
