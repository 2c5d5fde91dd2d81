/** The one line a bridge says before it becomes a byte pipe or hands its client's pipes over. */
export interface BridgeHello {
  readonly airlock: 1;
  /** Id of the connection, from the bridge's arguments. */
  readonly connection: string;
  /** This run's token, from the token file. */
  readonly token: string;
  readonly pid: number;
  readonly ppid: number;
  readonly cwd: string;
  /** The values the client expanded, of the variables named after `--env`. */
  readonly env: Readonly<Record<string, string>>;
  /** What the client expanded of the original argv after `--`. */
  readonly argv: readonly string[];
  /** The socket in the app's folder at which the client's pipes can be taken, where the bridge offers them. */
  readonly hand?: string;
}

/** The line that makes the socket a pipe. Nothing of the client is read before it, so a no can still answer it. */
export const helloAccepted = '{"airlock":1,"ok":true}\n';

/** The same where the app has taken the client's pipes: the bridge carries nothing, and ends with the socket. */
export const helloTaken = '{"airlock":1,"ok":true,"taken":true}\n';

/** A hello's limit in bytes, newline included: env values can be long. */
export const helloLimit = 1024 * 1024;
