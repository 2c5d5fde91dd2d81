import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { MachinePlace } from '../compose-governance.ts';
import { bridgePlace } from '../compose-place.ts';
import type { BridgeSource } from '../relay/bridge-install.ts';
import { dataFolder } from '../storage/data-folder.ts';

/** Where a command works: whose home, which data folder, which version. */
export interface Workplace {
  readonly machine: MachinePlace;
  readonly data: string;
  readonly version: string;
  /** Where configs lead to; it lies in the home the configs belong to. */
  readonly bridgeFile: string;
  /** What is installed there. */
  readonly bridge: BridgeSource;
}

/** Finds the home and the data folder. Another home has its own configs, and this process's variables are not its own. */
export function findWorkplace(version: string, home: string | undefined): Result<Workplace> {
  const { platform } = process;
  if (platform !== 'linux' && platform !== 'darwin' && platform !== 'win32') {
    return fail('platform', `Airlock does not know the system "${platform}".`);
  }
  const own = home === undefined;
  const folder = own ? homedir() : resolve(home);
  if (!existsSync(folder)) return fail('no-home', `There is no folder ${folder}.`);
  const env = own ? process.env : { AIRLOCK_DATA: process.env.AIRLOCK_DATA };
  const machine: MachinePlace = { platform, home: folder, tmp: tmpdir(), env };
  return ok({
    machine,
    data: dataFolder({ platform, home: folder, env }),
    version,
    bridgeFile: bridgePlace(machine).bridgeFile,
    bridge: {
      kind: 'script',
      file: join(import.meta.dirname, '../bridge/bridge.cjs'),
      node: process.execPath,
    },
  });
}
