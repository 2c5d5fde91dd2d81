import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Decision } from '../../shared/policy.ts';
import { viewOf } from '../inventory/tool-view.ts';
import type { PlaceRules } from '../policy/places.ts';
import { compileRules } from '../policy/rule-set.ts';
import { readUserFile } from '../policy/user-file.ts';
import { openStateStore } from '../storage/state-store.ts';
import type { ExitCode, Output } from './output.ts';
import { checkPolicy, hasErrors, problemLines } from './policy-check.ts';
import { currentRules } from './policy-current.ts';
import { type DiffSummary, diffText, makeTally } from './policy-diff-table.ts';
import { makeDoubts } from './policy-doubt.ts';
import { type PolicyFolder, readPolicyFolder } from './policy-folder.ts';
import { type PastCall, readHistory, type ToolOfPin } from './policy-history.ts';
import type { PolicyPlace } from './policy-place.ts';
import { makeTrial, type TrialRules } from './policy-trial.ts';

/** What `airlock policy diff` is asked for. */
export interface DiffRequest {
  readonly folder: string;
  readonly days: number;
  /** `recorded`: what was decided then. `current`: what is in force on this machine. Else another policy folder. */
  readonly against: string;
}

const dayMs = 24 * 60 * 60 * 1_000;

/** `airlock policy diff`: decides the calls of the last days again, and shows what would have come out differently. */
export async function policyDiff(
  place: PolicyPlace,
  { folder, days, against }: DiffRequest,
  out: Output,
  now: () => number = Date.now,
): Promise<Result<ExitCode>> {
  const next = readPolicyFolder(folder);
  if (!next.ok) return next;
  const report = checkPolicy(next.value);
  if (hasErrors(report)) {
    for (const line of problemLines(report.problems)) out.note(line);
    out.note('A rule that cannot be used makes everything ask; correct the policy first.');
    return ok(1);
  }
  const trail = join(place.data, 'trail.db');
  if (!existsSync(trail)) {
    return fail(
      'no-trail',
      `There is no audit trail in ${place.data}. Name another data folder with AIRLOCK_DATA.`,
    );
  }
  const before = decidesBefore(place, against);
  if (!before.ok) return before;
  const tools = toolsOf(place.data);
  if (!tools.ok) return tools;

  const decide = makeTrial(onMachine(managedOf(next.value), place));
  const doubtsOf = makeDoubts(ruleTexts(next.value, place));
  const tally = makeTally();
  const read = await readHistory(trail, now() - days * dayMs, tools.value, (past) => {
    const will = decide(past.call, past.findings);
    tally.add(past, before.value(past), will, doubtsOf(past, will));
  });
  if (!read.ok) return read;
  const summary: DiffSummary = {
    days,
    against,
    ...tally.result(),
    undecided: read.value.undecided,
  };
  out.result(summary, diffText(summary));
  return ok(0);
}

const userFileOf = ({ data }: PolicyPlace): string => join(data, 'policy.cedar');

const placesOf = ({ machine, data }: PolicyPlace): PlaceRules => ({
  platform: machine.platform,
  home: machine.home,
  ownFolders: [machine.tmp],
  protectedFolders: [data, join(machine.home, '.airlock')],
});

/** The person's own rules count too: they are asked beside those of the organisation. */
const onMachine = (
  managed: Pick<TrialRules, 'text' | 'registry'>,
  place: PolicyPlace,
): TrialRules => ({ ...managed, userFile: userFileOf(place), places: placesOf(place) });

const managedOf = ({ rules, bundle }: PolicyFolder) => ({
  text: rules.text,
  registry: bundle?.ok === true ? bundle.value.registry : undefined,
});

/** The rules whose reading of a call may be doubtful; the built-in ones read nothing that the trail lacks. */
function ruleTexts({ rules }: PolicyFolder, place: PolicyPlace) {
  const own = readUserFile(userFileOf(place));
  return [
    ...compileRules(rules.text, { source: 'managed', name: 'the managed policy' }).rules,
    ...(own.state === 'present'
      ? compileRules(own.text, { source: 'user', name: 'policy.cedar' }).rules
      : []),
  ];
}

/** How a call counts as decided before. */
function decidesBefore(
  place: PolicyPlace,
  against: string,
): Result<(past: PastCall) => Decision['decision']> {
  if (against === 'recorded') return ok(({ was }) => was);
  const other = against === 'current' ? currentRules(place.data) : folderRules(against);
  if (!other.ok) return other;
  const decide = makeTrial(onMachine(other.value, place));
  return ok(({ call, findings }) => decide(call, findings).decision);
}

function folderRules(folder: string): Result<Pick<TrialRules, 'text' | 'registry'>> {
  const read = readPolicyFolder(folder);
  return read.ok ? ok(managedOf(read.value)) : read;
}

/** The tool definitions that are still known, by the pin they had. */
function toolsOf(data: string): Result<ToolOfPin> {
  const path = join(data, 'state.db');
  if (!existsSync(path)) return ok(() => undefined);
  const opened = openStateStore(path);
  if (!opened.ok) return opened;
  const { pins, close } = opened.value;
  const known = new Map(
    pins.all().rows.map((row) => [JSON.stringify([row.serverId, row.tool]), viewOf(row)]),
  );
  close();
  return ok((serverId, tool, pin) => {
    const view = known.get(JSON.stringify([serverId, tool]));
    return view !== undefined && pin !== '' && view.pin === pin ? view : undefined;
  });
}
