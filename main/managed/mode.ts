import type { BundlePayload, ManagedMode } from '../../shared/managed.ts';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { fitsServer, type ServerFacts } from './server-match.ts';

/** A person put a server into monitor mode for a while. Times in Unix milliseconds. */
export interface Relaxation {
  readonly serverId: string;
  readonly from: number;
  readonly until: number;
  readonly reason: string;
}

/** What decides the mode of a server. */
export interface ModeInputs {
  /** The bundle in force; undefined where the machine is not managed or has none. */
  readonly bundle: Pick<BundlePayload, 'mode' | 'modes' | 'relaxations'> | undefined;
  /** Whether this machine is managed at all. */
  readonly managed: boolean;
  /** What the person chose; undefined where they chose nothing. */
  readonly own: ManagedMode | undefined;
  /** True where IT's settings hold `mode` at `enforce`. */
  readonly enforced: boolean;
  readonly relaxations: readonly Relaxation[];
}

/** The mode of a server now, why, and until when if it ends by itself. */
export interface ServerMode {
  readonly mode: ManagedMode;
  readonly source: 'default' | 'user' | 'managed' | 'relaxation';
  /** Milliseconds until the relaxation ends. */
  readonly remaining?: number;
  readonly sentence: string;
}

const minute = 60_000;

/** Whether the policy lets a person relax this server, now. The floor may have changed since it was granted. */
function mayRelax({ bundle, managed, enforced }: ModeInputs, facts: ServerFacts): boolean {
  if (!managed || enforced || bundle?.relaxations === undefined) return false;
  const { servers } = bundle.relaxations;
  return servers === undefined || servers.some((match) => fitsServer(match, facts));
}

/**
 * The mode of a server at a time. IT's word for the server counts before its word for all. A person may be stricter;
 * looser only by a relaxation, which holds no longer than the bundle in force allows and only where the bundle still
 * allows it. A managed machine without a bundle enforces.
 */
export function modeOf(inputs: ModeInputs, facts: ServerFacts, now: number): ServerMode {
  const { bundle, managed, own } = inputs;
  if (!managed) {
    const source = own === undefined ? 'default' : 'user';
    return { mode: own ?? 'enforce', source, sentence: '' };
  }
  const relaxed = activeRelaxation(inputs, facts, now);
  if (relaxed !== undefined) {
    const remaining = relaxed - now;
    return {
      mode: 'monitor',
      source: 'relaxation',
      remaining,
      sentence: `Monitor mode for another ${Math.ceil(remaining / minute)} min, then the policy is enforced again.`,
    };
  }
  const single = bundle?.modes.find(({ server }) => fitsServer(server, facts))?.mode;
  const wanted = inputs.enforced ? (single ?? 'enforce') : (single ?? bundle?.mode ?? 'enforce');
  if (wanted === 'monitor' && own === 'enforce') {
    return { mode: 'enforce', source: 'user', sentence: 'You chose to enforce.' };
  }
  const sentence =
    wanted === 'monitor'
      ? 'Your organisation only records for now what its policy would do here.'
      : 'Your organisation enforces its policy here.';
  return { mode: wanted, source: 'managed', sentence };
}

/** When the relaxation of a server that holds now ends; undefined where there is none. */
function activeRelaxation(inputs: ModeInputs, facts: ServerFacts, now: number): number | undefined {
  const most = inputs.bundle?.relaxations?.maxMinutes;
  if (most === undefined || !mayRelax(inputs, facts)) return undefined;
  const ends = inputs.relaxations
    .filter(({ serverId, from }) => serverId === facts.id && from <= now)
    .map(({ from, until }) => Math.min(until, from + most * minute))
    .filter((until) => until > now);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Makes a relaxation, or says why it is not to be had. The reason goes into the trail. */
export function relax(
  inputs: ModeInputs,
  facts: ServerFacts,
  asked: { readonly minutes: number; readonly reason: string },
  now: number,
): Result<Relaxation, Problem> {
  const most = inputs.bundle?.relaxations?.maxMinutes;
  if (most === undefined || !mayRelax(inputs, facts)) {
    return fail(
      'relaxation-forbidden',
      'Your organisation does not let you relax this server. Ask your IT.',
    );
  }
  if (asked.reason.trim() === '') {
    return fail('reason-missing', 'Say why you need it; the reason goes into the trail.');
  }
  if (!Number.isFinite(asked.minutes) || asked.minutes <= 0 || asked.minutes > most) {
    return fail(
      'relaxation-too-long',
      `Your organisation lets you relax this server for at most ${most} minutes at a time.`,
    );
  }
  const until = now + asked.minutes * minute;
  return ok({ serverId: facts.id, from: now, until, reason: asked.reason.trim() });
}
