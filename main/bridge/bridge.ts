import { readArguments } from './arguments.ts';
import { reach } from './reach.ts';
import { answerAll } from './unreachable.ts';

/** What a client's config points at: finds the app and joins the client to it. It never starts a server itself. */
async function run(): Promise<void> {
  const { stdin, stdout } = process;
  const words = readArguments(process.argv.slice(2));
  if (words === undefined) {
    const sentence =
      'This entry does not say which connection it is. Open Airlock Desktop and protect this client again.';
    answerAll(stdin, stdout, sentence);
    return;
  }
  const { connection, argv } = words;
  const env: Record<string, string> = {};
  for (const name of words.env) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  const { pid, ppid } = process;
  const reached = await reach({ connection, pid, ppid, cwd: workingFolder(), env, argv });
  if (!reached.ok) {
    answerAll(stdin, stdout, reached.sentence);
    return;
  }

  const { socket, taken } = reached;
  let clean = false;
  // A client that is gone ends the bridge as surely as an app that is.
  stdout.on('error', () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('end', () => {
    clean = true;
    socket.destroySoon();
  });
  socket.on('close', () => {
    // Nothing more comes, so nothing more may keep us waiting for the client.
    process.exitCode = clean ? 0 : 1;
    stdin.destroy();
  });
  if (taken) {
    // The app reads and writes the client's pipes itself; the socket only tells that both are there.
    socket.resume();
    return;
  }
  stdin.pipe(socket);
  socket.pipe(stdout, { end: false });
}

/** The folder the client started us in, empty where that is gone by now. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}

void run();
