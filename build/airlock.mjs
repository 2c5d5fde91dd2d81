import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { installPackages } from './npm-install.mjs';
import { inRoot, StepFailed, say } from './steps.mjs';

// The airlock command from a checkout. It runs inside this process, so that stdin, stdout, signals and the exit code
// are its own; what has to be prepared is said on stderr.
const entry = inRoot('out', 'cli', 'airlock.mjs');
try {
  await installPackages({ quiet: true });
  await bundle(['bridge', 'cli'], { quiet: true });
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  say(error.message);
  process.exit(1);
}
// npm runs scripts in the repository's folder; paths a person typed belong to the folder they typed them in.
if (process.env.npm_lifecycle_event === 'airlock' && process.env.INIT_CWD !== undefined) {
  process.chdir(process.env.INIT_CWD);
}
process.argv[1] = entry;
await import(pathToFileURL(entry).href);
