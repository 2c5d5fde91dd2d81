import { useState } from 'react';
import type { SignOutReport } from '../../shared/sign-in.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { Modal } from '../components/modal.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';
import { signedOutWords } from './sign-in-words.ts';

type Step =
  | { readonly at: 'asking' }
  | { readonly at: 'busy' }
  | { readonly at: 'failed'; readonly message: string }
  | { readonly at: 'done'; readonly report: SignOutReport };

const list = new Intl.ListFormat('en-GB');

/** Asks first, since every client of the server is signed out; then tells whether the access was revoked as well. */
export function SignOutDialog(props: {
  readonly connectionId: string;
  readonly name: string;
  readonly issuer: string;
  /** The names of the clients that use this server. */
  readonly clients: readonly string[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { connectionId, name, issuer, clients, onDone, onClose } = props;
  const { api } = useApp();
  const [step, setStep] = useState<Step>({ at: 'asking' });
  const signOut = () => {
    setStep({ at: 'busy' });
    const failed = (message: string) => setStep({ at: 'failed', message });
    api
      .signOut({ connectionId })
      .then((result) =>
        result.ok ? setStep({ at: 'done', report: result.value }) : failed(result.problem.message),
      )
      .catch((error: unknown) => failed(sentence(error)))
      .finally(onDone);
  };
  const over = step.at === 'done' || step.at === 'failed';
  const words = step.at === 'done' ? signedOutWords(step.report, issuer) : undefined;
  return (
    <Modal
      title={
        <>
          Sign out of <bdi>{name}</bdi>
          {over ? null : '?'}
        </>
      }
      onClose={onClose}
      actions={
        over ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button data-first onClick={onClose}>
              Stay signed in
            </Button>
            <Button
              look="danger"
              data-testid="confirm-sign-out"
              disabled={step.at === 'busy'}
              onClick={signOut}
            >
              {step.at === 'busy' ? 'Signing out…' : 'Sign out'}
            </Button>
          </>
        )
      }
    >
      {over ? null : (
        <p>
          Every client of this server is signed out
          {clients.length === 0 ? null : (
            <>
              : <bdi className="font-medium">{list.format(clients)}</bdi>
            </>
          )}
          . Their calls to it fail until somebody signs in again.
        </p>
      )}
      {words ? (
        <Callout tone={words.tone} alert>
          <bdi>{words.text}</bdi>
        </Callout>
      ) : null}
      {step.at === 'failed' ? (
        <Callout tone="danger" alert>
          <bdi>{step.message}</bdi>
        </Callout>
      ) : null}
    </Modal>
  );
}
