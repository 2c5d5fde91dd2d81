import { writeAtomically } from '../../../main/clients/atomic-write.ts';
import { killAtCall } from './fs-kill.ts';

/** Writes one file and is killed at the named call into the file system; says how it ended when it was not. */
const [home = '', file = '', basedOn = '', content = '', number = '', when = ''] =
  process.argv.slice(2);
await killAtCall(Number(number), when === 'before' ? 'before' : 'after');
const result = await writeAtomically(
  { path: file, bytes: Buffer.from(content), basedOn },
  { platform: 'linux', home, userId: process.getuid?.() },
);
process.stdout.write(`end ${result.ok ? 'ok' : result.problem.code}\n`);
