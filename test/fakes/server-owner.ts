import { writeFileSync } from 'node:fs';
import { bootId, makeChildRegister } from '../../main/upstream/child-register.ts';
import { printedPids, type Stubborn, stubbornScripts } from './stubborn-tree.ts';
import { aStart, aSupervisor } from './supervised.ts';

/**
 * An app that owns stubborn servers, to be killed by a test: `server-owner.ts <register file> <pid file> <kind>...`.
 * It writes every pid of its servers as JSON into the pid file once all run, and then lives on.
 */
const [registerFile = '', pidFile = '', ...kinds] = process.argv.slice(2);
const { supervisor, remove } = aSupervisor({
  register: makeChildRegister(registerFile, bootId(process.platform)),
  home: '/',
});
// Its folder is not needed, and nobody could delete it later.
remove();
const pids = await Promise.all(
  kinds.map(async (kind) => {
    const server = await supervisor.open(aStart(stubbornScripts[kind as Stubborn]));
    if (!server.ok) throw new Error(server.problem.message);
    return printedPids(server.value.stdout);
  }),
);
writeFileSync(pidFile, JSON.stringify(pids.flat()));
setInterval(() => {}, 60_000);
