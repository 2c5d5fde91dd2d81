import type { ManagedStatus } from '../shared/managed-status.ts';
import { fail } from '../shared/outcome.ts';
import type { Person, PersonSignOut } from '../shared/person.ts';
import type { Settings, SettingsPatch } from '../shared/settings.ts';
import type { AppState } from '../shared/state.ts';
import { effectiveSettings, readManagedSettings } from './managed/effective-settings.ts';

const notManaged: ManagedStatus = {
  state: 'not-managed',
  organisation: '',
  notices: [],
  problems: [],
};

/** How a machine stands that belongs to no organisation: every setting is the person's, the account is who they are. */
export function unmanaged(
  settings: Settings,
  account: string,
): Pick<AppState, 'holds' | 'managed' | 'signedIn'> {
  const own: SettingsPatch = settings;
  const person: Person = { kind: 'os', name: account, groups: [] };
  return {
    holds: { ...effectiveSettings(own, readManagedSettings({})) },
    managed: notManaged,
    signedIn: { person, status: { state: 'not-offered' } },
  };
}

const noOrganisation = async () =>
  fail('not-managed', 'This machine belongs to no organisation, so there is nobody to ask.');

/** What the pages may ask about an organisation, where there is none. */
export const withoutOrganisation = {
  checkPolicy: async (): Promise<ManagedStatus> => notManaged,
  requestAccess: noOrganisation,
  signInPerson: noOrganisation,
  cancelSignInPerson: async (): Promise<void> => undefined,
  signOutPerson: async (): Promise<PersonSignOut> => ({
    revoked: 'nothing-to-revoke',
    browser: 'not-offered',
  }),
};
