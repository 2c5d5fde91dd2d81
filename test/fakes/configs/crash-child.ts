import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { openDesk } from './desk.ts';

/** Protects or restores everything on a desk, and is killed without warning right after the named step. */
const [root = '', action = '', lastStep = ''] = process.argv.slice(2);
const desk = openDesk(root, {
  onStep: (step) => {
    process.stdout.write(`${step}\n`);
    if (step === lastStep) process.kill(process.pid, 'SIGKILL');
  },
});
const previews =
  action === 'protect'
    ? await previewProtect(desk.ports, {})
    : await previewRestore(desk.ports, {});
const changes =
  action === 'protect' ? await protect(desk.ports, previews) : await restore(desk.ports, previews);
process.stdout.write(`done ${changes.map(({ result }) => result).join(',')}\n`);
