import type { Call } from '../../shared/call.ts';
import { type Risk, type RiskLevel, withinRisk } from '../../shared/policy.ts';
import type { ToolView } from '../../shared/server.ts';
import { looksLikeUrl, urlRaise } from './addresses.ts';
import { type ArgumentRisk, argumentRisk } from './argument-risk.ts';
import { type PlaceRules, pathRaise, type Raise } from './places.ts';
import { levelOfKind, type NameReading, readDescription, readName } from './verbs.ts';

/** The part of a risk that the definition alone decides; it holds as long as the pin does. */
export interface ToolRisk extends Risk {
  /** Counted as only reading: the annotation said so and was believed, or the name did and nothing spoke against it. */
  readonly readOnly: boolean;
  /** Counted as able to destroy. */
  readonly destructive: boolean;
  /** False only where a trusted server says that the tool reaches nothing outside; the default of MCP is true. */
  readonly openWorld: boolean;
}

/** A risk that grows: `raise` keeps the gravest level and puts the reason for it first. */
function growing(level: RiskLevel, reason: string) {
  const risk = { level, reasons: [reason] };
  const raise = (to: RiskLevel, why: string) => {
    if (withinRisk(to, risk.level)) return;
    risk.level = to;
    risk.reasons.unshift(why);
  };
  return { risk, raise };
}

/** Where a name and an untrusted server's hint start from. */
function firstGuess(name: string, reading: NameReading, readOnlyHint: boolean | undefined): Risk {
  const level = levelOfKind(reading.kind);
  if (level !== undefined) {
    const reasons = [`Its name says "${reading.verb}".`];
    if (level !== 'read' && readOnlyHint === true) {
      reasons.push('The server calls it read-only, which its name does not bear out.');
    }
    return { level, reasons };
  }
  if (reading.kind === 'soft' && readOnlyHint === true) {
    return {
      level: 'read',
      reasons: [`The server calls it read-only, and "${reading.verb}" fits.`],
    };
  }
  return { level: 'unknown', reasons: [`Nothing in the name ${name} tells what it does.`] };
}

function trustedGuess(tool: ToolView, reading: NameReading): Risk | undefined {
  const { readOnlyHint, destructiveHint, openWorldHint } = tool.annotations;
  if (readOnlyHint === true) {
    return { level: 'read', reasons: ['The server, which is trusted, calls it read-only.'] };
  }
  const level = levelOfKind(reading.kind);
  if (level === 'destroy' && destructiveHint === false) {
    return {
      level: 'write',
      reasons: ['The server, which is trusted, says that it destroys nothing.'],
    };
  }
  if (level === 'send' && openWorldHint === false) {
    return {
      level: 'write',
      reasons: ['The server, which is trusted, says that it reaches nothing outside.'],
    };
  }
  return undefined;
}

/**
 * The risk of a tool by its definition. Annotations, title and description are the server's word (MCP 2025-06-18
 * and later, "untrusted unless the server is trusted"): they raise; only a trusted server's annotations lower.
 */
export function toolRisk(tool: ToolView, trusted: boolean): ToolRisk {
  const { readOnlyHint, destructiveHint, openWorldHint } = tool.annotations;
  const reading = readName(tool.name);
  const lowered = trusted ? trustedGuess(tool, reading) : undefined;
  const first = lowered ?? firstGuess(tool.name, reading, readOnlyHint);
  const { risk, raise } = growing(first.level, first.reasons[0] ?? '');
  risk.reasons.push(...first.reasons.slice(1));

  if (readOnlyHint === false) raise('write', 'The server says that it is not read-only.');
  // MCP gives destructiveHint a meaning only where the tool is not read-only.
  if (destructiveHint === true && readOnlyHint !== true)
    raise('destroy', 'The server says that it can destroy.');
  if (openWorldHint === true && risk.level === 'write') {
    raise('send', 'The server says that it reaches beyond this machine.');
  }
  if (lowered === undefined) {
    for (const title of [tool.title, tool.annotations.title]) {
      const said = title === undefined ? undefined : readName(title);
      const level = levelOfKind(said?.kind);
      if (said !== undefined && level !== undefined) raise(level, `Its title says "${said.verb}".`);
    }
    const said = readDescription(tool.description ?? '');
    if (said !== undefined) raise(said.level, `Its description says "${said.words}".`);
  }
  if (reading.secret !== undefined && risk.level === 'read') {
    const reason = `It looks at "${reading.secret}", which can hold credentials: nobody can say how far that reaches.`;
    raise('unknown', reason);
  }
  if (tool.state === 'unlisted') raise('unknown', 'The server never listed this tool.');
  if (risk.level === 'read' && openWorldHint === true) {
    risk.reasons.push(
      'The server says that it reaches beyond this machine: its arguments leave it.',
    );
  }
  return {
    ...risk,
    readOnly: risk.level === 'read',
    destructive: risk.level === 'destroy' || (destructiveHint === true && readOnlyHint !== true),
    openWorld: !(trusted && openWorldHint === false),
  };
}

/** A tool's risk and what the arguments of one call add. */
export function withArguments(tool: Risk, added: ArgumentRisk, ambiguous: boolean): Risk {
  const { risk, raise } = growing(tool.level, tool.reasons[0] ?? '');
  risk.reasons.push(...tool.reasons.slice(1));
  const [why = '', ...more] = added.reasons;
  if (withinRisk(added.level, risk.level)) risk.reasons.push(...added.reasons);
  else {
    raise(added.level, why);
    risk.reasons.push(...more);
  }
  if (ambiguous)
    raise(
      'unknown',
      'Its arguments hold the same key twice, so that readers may disagree on them.',
    );
  return risk;
}

function uriRaise(uri: string, places: PlaceRules): Raise | undefined {
  if (looksLikeUrl(uri)) return urlRaise(uri);
  return /^file:/i.test(uri) ? pathRaise(uri, true, places) : undefined;
}

const serverAsks: Readonly<Record<'sample' | 'elicit', string>> = {
  sample: "The server asks your client's model, and the answer goes back to the server.",
  elicit: 'The server asks you for something, and what you enter goes to the server.',
};

/** The risk of everything but a tool call, before arguments: by its action and, for resources, by its URI. */
export function otherRisk(call: Pick<Call, 'action' | 'target'>, places: PlaceRules): Risk {
  switch (call.action) {
    case 'sample':
    case 'elicit':
      return { level: 'send', reasons: [serverAsks[call.action]] };
    case 'readResource': {
      const { risk, raise } = growing('read', 'It reads a resource of the server.');
      const added = uriRaise(call.target, places);
      if (added !== undefined) raise(added.level, added.reason);
      return risk;
    }
    case 'getPrompt':
      return { level: 'read', reasons: ['It reads a prompt of the server.'] };
    case 'callTool':
      return { level: 'unknown', reasons: ['The server never listed this tool.'] };
    default:
      return call.action satisfies never;
  }
}

/** The whole risk of a call. `known` hands in the tool's part where it is remembered. */
export function callRisk(
  call: Call,
  known: Risk,
  places: PlaceRules,
): { risk: Risk; tooLarge: boolean } {
  const asks = call.action === 'sample' || call.action === 'elicit';
  // What a server sends here goes to a person or a model, not to a tool: there is no path or command to act on.
  const read = argumentRisk(call.arguments, known.level === 'read', places);
  const added: ArgumentRisk = asks ? { ...read, level: 'read', reasons: [] } : read;
  return { risk: withArguments(known, added, call.ambiguous), tooLarge: added.tooLarge };
}
