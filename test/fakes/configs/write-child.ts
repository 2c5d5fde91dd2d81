import { writeAtomically } from '../../../main/clients/atomic-write.ts';

/** Writes one file and is killed without warning right after the named step. */
const [home = '', file = '', basedOn = '', content = '', lastStep = ''] = process.argv.slice(2);
const rules = { platform: 'linux' as const, home, userId: process.getuid?.() };
const result = await writeAtomically({ path: file, bytes: Buffer.from(content), basedOn }, rules, {
  onStep: (step) => {
    if (step === lastStep) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write(result.ok ? 'ok' : result.problem.code);
