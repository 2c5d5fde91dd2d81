import { useState } from 'react';
import { type PersonSignOut, personLabel } from '../../shared/person.ts';
import { Button } from '../components/button.tsx';
import { Toned } from '../components/tone.tsx';
import { useNow } from '../components/use-now.ts';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';
import { Group, Setting } from './field.tsx';
import { personWords, signedOutWords } from './person-words.ts';

/** Who counts as the person at this machine, and the sign-in with the organisation where there is one. */
export function PersonGroup() {
  const { signedIn } = useApp().state;
  const { person } = signedIn;
  return (
    <Group title="You">
      <Setting name="Who you are" about="Your name stands beside every call in the trail.">
        <bdi className="font-medium">{personLabel(person)}</bdi>
        {person.groups.length > 0 ? (
          <p className="text-muted">
            Groups: <bdi>{person.groups.join(', ')}</bdi>
          </p>
        ) : null}
        {person.groupsProblem === undefined ? null : (
          <Toned tone="warn">
            <bdi>{person.groupsProblem}</bdi>
          </Toned>
        )}
      </Setting>
      <SignIn />
    </Group>
  );
}

function SignIn() {
  const { api, state } = useApp();
  const now = useNow(30_000);
  const [problem, setProblem] = useState('');
  const [left, setLeft] = useState<PersonSignOut>();
  const words = personWords(state.signedIn.status, now);
  if (words === undefined) return null;
  const failed = (error: unknown) => setProblem(sentence(error));
  const signIn = () => {
    setProblem('');
    setLeft(undefined);
    api
      .signInPerson({})
      .then((result) => (result.ok ? undefined : setProblem(result.problem.message)))
      .catch(failed);
  };
  const signOut = (browser: boolean) => {
    setProblem('');
    api.signOutPerson({ browser }).then(setLeft, failed);
  };
  const signedOut =
    left === undefined || words.next === 'sign-out' ? undefined : signedOutWords(left);
  return (
    <Setting name="Sign-in" about="With your organisation, in the browser.">
      <Toned tone={words.tone}>{words.text}</Toned>
      <p className="text-muted">
        <bdi>{words.means}</bdi>
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        {words.next === 'sign-in' ? (
          <Button look="primary" onClick={signIn} data-testid="sign-in-person">
            Sign in
          </Button>
        ) : null}
        {words.next === 'cancel' ? (
          <>
            <Button onClick={signIn}>Open the browser again</Button>
            <Button onClick={() => void api.cancelSignInPerson({}).catch(failed)}>Cancel</Button>
          </>
        ) : null}
        {words.next === 'sign-out' ? (
          <>
            <Button onClick={() => signOut(false)}>Sign out</Button>
            <Button onClick={() => signOut(true)}>Sign out, browser too</Button>
          </>
        ) : null}
      </div>
      <div role="status" className="mt-1 empty:hidden">
        {problem === '' ? null : <p className="text-danger">{problem}</p>}
        {signedOut === undefined ? null : <Toned tone={signedOut.tone}>{signedOut.text}</Toned>}
      </div>
    </Setting>
  );
}
