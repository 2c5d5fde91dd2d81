import type { BundlePayload, ManagedKill, ManagedSignIn } from '../../shared/managed.ts';
import type { ManagedStatus } from '../../shared/managed-status.ts';
import { isExpired } from './bundle-judge.ts';
import type { ReadBundle } from './bundle-reader.ts';
import { type ManagedSettings, readManagedSettings } from './effective-settings.ts';
import type { EnrolmentState } from './enrolment.ts';
import { rulesWithoutBundle, rulesWithoutEnrolment } from './fail-closed.ts';

/** What is known at a moment: the enrolment, the bundle in force, and what stands in the way. */
export interface Known {
  readonly enrolment: EnrolmentState;
  readonly bundle: ReadBundle | undefined;
  /** What IT has stopped, by the newest bundle seen; undefined until one was seen in this run. */
  readonly kill: ManagedKill | undefined;
  /** When the policy host last gave an answer that could be used; Unix milliseconds. */
  readonly checkedAt: number | undefined;
  readonly problems: readonly string[];
}

/** Everything the rest of the app takes from managed policy. */
export interface ManagedView {
  readonly managed: boolean;
  readonly status: ManagedStatus;
  /** Cedar text of the managed set; undefined where there is none, so that it constrains nothing. */
  readonly rules: string | undefined;
  readonly bundle: Omit<BundlePayload, 'cedar'> | undefined;
  readonly settings: ManagedSettings;
  readonly signIn: ManagedSignIn | undefined;
  readonly kill: ManagedKill | undefined;
}

/** The managed set for what is known: IT's text, or what stands in for it. */
export function rulesOf({
  enrolment,
  bundle,
}: Pick<Known, 'enrolment' | 'bundle'>): string | undefined {
  if (enrolment.state === 'not-enrolled') return undefined;
  if (bundle !== undefined) return bundle.cedar;
  return enrolment.state === 'enrolled' ? rulesWithoutBundle : rulesWithoutEnrolment;
}

const organisationOf = ({ enrolment, bundle }: Known): string => {
  if (bundle !== undefined) return bundle.payload.organisation;
  return enrolment.state === 'enrolled' ? enrolment.enrolment.organisation : '';
};

function stateOf({ enrolment, bundle }: Known): ManagedStatus['state'] {
  if (enrolment.state === 'not-enrolled') return 'not-managed';
  if (bundle !== undefined) return 'managed';
  return enrolment.state === 'enrolled' ? 'waiting' : 'unreadable';
}

const expired = (bundle: ReadBundle): string =>
  `The policy of your organisation ended on ${bundle.payload.expires.slice(0, 10)} and no newer one came. It stays in force; ask your IT.`;

/**
 * IT's settings; the audit destination of the enrolment holds where the bundle names none. A machine that should have
 * a bundle and has none enforces.
 */
function settingsOf({ enrolment, bundle }: Known): ManagedSettings {
  if (enrolment.state === 'not-enrolled') return readManagedSettings({});
  const endpoint = enrolment.state === 'enrolled' ? enrolment.enrolment.auditEndpoint : undefined;
  return readManagedSettings({
    ...(endpoint === undefined ? {} : { auditEndpoint: { value: endpoint, mode: 'lock' } }),
    ...(bundle?.payload.settings ?? { mode: { value: 'enforce', mode: 'lock' } }),
  });
}

/** Draws the view from what is known. Pure. */
export function viewOf(known: Known, now: number): ManagedView {
  const { enrolment, bundle } = known;
  const settings = settingsOf(known);
  const ofEnrolment = enrolment.state === 'enrolled' ? enrolment.enrolment : undefined;
  const signIn = bundle?.payload.signIn ?? ofEnrolment?.signIn;
  const contact = bundle?.payload.contact ?? ofEnrolment?.contact;
  const isOld = bundle !== undefined && isExpired(bundle.payload, now);
  return {
    managed: enrolment.state !== 'not-enrolled',
    rules: rulesOf(known),
    bundle: bundle?.payload,
    settings,
    signIn,
    kill: known.kill ?? bundle?.payload.kill,
    status: {
      state: stateOf(known),
      organisation: organisationOf(known),
      ...(contact === undefined ? {} : { contact }),
      ...(bundle === undefined
        ? {}
        : {
            serial: bundle.payload.serial,
            issued: bundle.payload.issued,
            expires: bundle.payload.expires,
            kid: bundle.kid,
          }),
      ...(known.checkedAt === undefined ? {} : { checkedAt: known.checkedAt }),
      notices: bundle?.payload.notices ?? [],
      problems: [
        ...(enrolment.state === 'enrolment-unreadable' ? [enrolment.problem] : []),
        ...(enrolment.state === 'enrolled' ? enrolment.problems : []),
        ...(isOld ? [expired(bundle)] : []),
        ...(bundle?.problems ?? []),
        ...settings.problems,
        ...known.problems,
      ],
    },
  };
}
