/** What a client's config says to the bridge. */
export interface BridgeArguments {
  readonly connection: string;
  /** Names of variables whose values go to the app: the client expands placeholders in them. */
  readonly env: readonly string[];
  /** The original argv, where the client expands placeholders in it. */
  readonly argv: readonly string[];
}

/** Reads `<connection id> [--env NAME,NAME] [-- original argv]`; undefined where it is something else. */
export function readArguments(words: readonly string[]): BridgeArguments | undefined {
  const [connection, ...rest] = words;
  if (connection === undefined || connection === '' || connection.startsWith('-')) return undefined;
  const split = rest.indexOf('--');
  const options = split < 0 ? rest : rest.slice(0, split);
  const argv = split < 0 ? [] : rest.slice(split + 1);
  if (options.length === 0) return { connection, env: [], argv };
  const [name, names, ...more] = options;
  if (name !== '--env' || names === undefined || more.length > 0) return undefined;
  return { connection, env: names.split(',').filter((one) => one !== ''), argv };
}
