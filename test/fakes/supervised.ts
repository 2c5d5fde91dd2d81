import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bootId, makeChildRegister } from '../../main/upstream/child-register.ts';
import { platformProcesses } from '../../main/upstream/platform-processes.ts';
import { makeProcessTrees } from '../../main/upstream/process-tree.ts';
import {
  makeSupervisor,
  type SessionStart,
  type SupervisorPorts,
} from '../../main/upstream/supervisor.ts';

let count = 0;

/** A supervisor of real processes whose register lies in a fresh folder; `remove` deletes that. */
export function aSupervisor(over: Partial<SupervisorPorts> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'airlock-upstream-'));
  const registerFile = path.join(folder, 'children.json');
  const trees = makeProcessTrees(platformProcesses(process.platform));
  const supervisor = makeSupervisor({
    platform: process.platform,
    environment: process.env,
    home: folder,
    loginPath: async () => process.env.PATH ?? '',
    trees,
    register: makeChildRegister(registerFile, bootId(process.platform)),
    now: Date.now,
    random: () => 0.5,
    ...over,
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { supervisor, trees, folder, registerFile, remove };
}

/** A session to start: by default a shell that runs `script`. */
export function aStart(script: string, over: Partial<SessionStart> = {}): SessionStart {
  count += 1;
  return {
    sessionId: `ses-${process.pid}-${count}`,
    connectionId: 'con_1',
    name: 'files',
    clientName: 'Cursor',
    launch: { command: 'sh', args: ['-c', script], env: {} },
    mask: (text) => text,
    onState: () => {},
    ...over,
  };
}
