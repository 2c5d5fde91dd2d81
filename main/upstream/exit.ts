/** How a process ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Whose server ended, and the last line it wrote to its error stream (masked; may be empty). */
export interface Death {
  readonly name: string;
  readonly clientName: string;
  readonly exit: Exit;
  readonly lastLine: string;
}

/** What a person reads when a server ended that nobody stopped. Pure. */
export function deathSentence({ name, clientName, exit, lastLine }: Death): string {
  const how =
    exit.signal === null
      ? `exited with code ${exit.code ?? 'unknown'}`
      : `was ended by ${exit.signal}`;
  const said = lastLine === '' ? 'It wrote no error.' : `Its last error line: ${closed(lastLine)}`;
  return `The server "${name}" ${how}. ${said} Connect again from ${clientName}; if it goes on, correct the entry there.`;
}

const closed = (line: string): string => (/[.!?]$/.test(line) ? line : `${line}.`);
