import { setFlagsFromString } from 'node:v8';
import * as wasm from '@cedar-policy/cedar-wasm/nodejs';

/**
 * V8 11 (Node 20) may end the process with "unreachable code" where optimised code that had a call into WebAssembly
 * built in is discarded during that call; a few thousand calls of Cedar are enough. So such calls are not built in, as
 * long as V8 knows that flag.
 */
if (Number.parseInt(process.versions.v8, 10) <= 13) {
  setFlagsFromString('--no-turbo-inline-js-wasm-calls');
}

/** Thrown when Cedar itself broke. Nothing may be decided by it any more in this process: everything is denied. */
export class CedarBroken extends Error {}

/**
 * Whether a call into Cedar has thrown. The WebAssembly instance exists once per process and is not unwound by a
 * trap: its stack pointer stays where it was, and later answers could be wrong. So one throw ends its use.
 */
let broken: CedarBroken | undefined;

function guarded<T>(run: () => T): T {
  if (broken !== undefined) throw broken;
  try {
    return run();
  } catch (cause) {
    broken = new CedarBroken(
      'The policy engine failed. Restart Airlock; until then everything is denied.',
      {
        cause,
      },
    );
    throw broken;
  }
}

/** The Cedar calls in use, each refusing once any of them has thrown. Throws CedarBroken. */
export const cedar = {
  version: (): string => guarded(() => wasm.getCedarVersion()),
  policyToJson: (policy: wasm.Policy): wasm.PolicyToJsonAnswer =>
    guarded(() => wasm.policyToJson(policy)),
  preparsePolicySet: (id: string, policies: wasm.PolicySet): wasm.CheckParseAnswer =>
    guarded(() => wasm.preparsePolicySet(id, policies)),
  statefulIsAuthorized: (call: wasm.StatefulAuthorizationCall): wasm.AuthorizationAnswer =>
    guarded(() => wasm.statefulIsAuthorized(call)),
  validate: (call: wasm.ValidationCall): wasm.ValidationAnswer =>
    guarded(() => wasm.validate(call)),
};

/**
 * Bounds for one rule, well inside what Cedar's 1 MiB stack takes (it breaks at about 110 nested brackets, 350
 * chained operators or 350 chained attributes). A list in square brackets may be as long as it likes.
 */
export const ruleBounds = {
  characters: 65_536,
  nesting: 30,
  operators: 100,
  chain: 60,
  conjunctions: 400,
};

/** A sentence when a rule is too big for Cedar to be given, else undefined. Looks at its text alone. */
export function outOfBounds(rule: string): string | undefined {
  if (rule.length > ruleBounds.characters) {
    return `It is longer than ${ruleBounds.characters} characters: split it.`;
  }
  // Comments and strings can hold anything; every string becomes one token.
  const bare = rule.replace(/\/\/[^\n]*|"(?:[^"\\]|\\[\s\S])*"/g, (part) =>
    part.startsWith('"') ? '"' : ' ',
  );
  let nesting = 0;
  let deepest = 0;
  let chain = 0;
  let longest = 0;
  let operators = 0;
  let conjunctions = 0;
  for (const [token] of bare.matchAll(/\|\||&&|[A-Za-z_][A-Za-z0-9_]*|[^\s]/g)) {
    if ('([{'.includes(token)) nesting += 1;
    else if (')]}'.includes(token)) nesting -= 1;
    else if (token === '&&') conjunctions += 1;
    else if (token === 'if' || token === '||' || '+-*!'.includes(token)) operators += 1;
    deepest = Math.max(deepest, nesting);
    if (token === '.' || token === '[') chain += 1;
    else if (token === '&&' || token === '||' || ',;='.includes(token)) chain = 0;
    longest = Math.max(longest, chain);
  }
  if (deepest > ruleBounds.nesting) {
    return `Its brackets are nested deeper than ${ruleBounds.nesting}: split it into several rules.`;
  }
  if (operators > ruleBounds.operators || conjunctions > ruleBounds.conjunctions) {
    return `It has more than ${ruleBounds.operators} operators: use a list and .contains(), or split it.`;
  }
  if (longest > ruleBounds.chain)
    return `It chains more than ${ruleBounds.chain} attributes: split it.`;
  return undefined;
}
