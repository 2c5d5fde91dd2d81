import type { Dialog, Shell } from 'electron';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { SignInQuestion } from '../../shared/sign-in.ts';

/** Shows a web address in the person's usual browser; nothing but http and https, which could start anything else. */
export async function openBrowser(
  shell: Pick<Shell, 'openExternal'>,
  address: string,
): Promise<Result<null>> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return fail('browser-failed', 'Only web addresses can be opened in the browser.');
  }
  try {
    await shell.openExternal(url.href);
    return ok(null);
  } catch (error) {
    return fail('browser-failed', `Your browser could not be opened: ${String(error)}.`);
  }
}

/** What the question says: who asks for what, and where the password will be asked for. Pure. */
export function signInWords({ serverName, resourceUrl, issuer, why, scopes }: SignInQuestion): {
  readonly message: string;
  readonly detail: string;
} {
  const message =
    why === 'sign-in'
      ? `Sign in to ${serverName}?`
      : `${serverName} wants more access for this call. Sign in again?`;
  const access = scopes.length === 0 ? '' : `\nAccess asked for: ${scopes.join(', ')}`;
  return {
    message,
    detail: `An AI client calls ${resourceUrl}, which wants a sign-in. Your browser will open at ${issuer}.${access}\n\nIf you did not expect this, choose Not now.`,
  };
}

/** Asks the person; closing the question is a no. */
export async function askSignIn(
  dialog: Pick<Dialog, 'showMessageBox'>,
  question: SignInQuestion,
): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Airlock',
    ...signInWords(question),
    buttons: ['Not now', 'Open browser'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
