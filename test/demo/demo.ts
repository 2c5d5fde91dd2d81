// npm run demo: the whole story in the real app, in a throw-away home. Every line with a mark is a checked claim.
import { afterwards, connectCollector, evidence } from './act-audit.ts';
import { governedCalls, otherClients } from './act-calls.ts';
import { giveBack, takeOver } from './act-configs.ts';
import { killSwitch } from './act-kill.ts';
import { tools } from './act-tools.ts';
import { openDesk } from './desk.ts';
import { openLedger, within } from './ledger.ts';
import { photograph, photographTray } from './pictures.ts';
import { openStage, type Stage } from './stage.ts';

/** Longest time the story may take, in seconds, on however slow a machine. */
const limit = 300;

async function story(stage: Stage): Promise<void> {
  await takeOver(stage);
  stage.ledger.act('Start the app');
  await stage.ledger.check('the app starts and serves', () => stage.start());
  const collector = await connectCollector(stage);
  await governedCalls(stage);
  await otherClients(stage);
  await tools(stage);
  await photograph(stage);
  await killSwitch(stage);
  await photographTray(stage);
  await evidence(stage, collector);
  await stage.ledger.check('the app quits in order', () => stage.quit());
  await afterwards(stage, collector);
  await giveBack(stage);
}

const ledger = openLedger((line) => console.log(line));
const stage = openStage(openDesk(), ledger);
const started = Date.now();
let interrupt: ((error: Error) => void) | undefined;
const interrupted = new Promise<never>((_, reject) => {
  interrupt = reject;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupt?.(new Error(`it was ended by ${signal}`)));
}
try {
  await within(limit, 'the demo', Promise.race([story(stage), interrupted]));
} catch (error) {
  await ledger.check('the story could be told to its end', () => Promise.reject(error));
} finally {
  await within(60, 'cleaning up', stage.close()).catch((error: unknown) =>
    ledger.tell(String(error)),
  );
}
ledger.tell(`${Math.round((Date.now() - started) / 1_000)} s`);
process.exitCode = ledger.end();
// What a failed story left open must not keep this process.
setTimeout(() => process.exit(), 1_000).unref();
