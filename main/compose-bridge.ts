import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BridgeEndpoint } from '../shared/endpoint.ts';
import { fail, ok, type Result } from '../shared/outcome.ts';
import { type BridgeSource, installBridge } from './relay/bridge-install.ts';

/** Puts the bridge at its stable path, so that configs lead to it whatever becomes of the app's own folder. */
export const placeBridge = (
  { bridgeFile }: BridgeEndpoint,
  source: BridgeSource,
  platform: 'darwin' | 'linux' | 'win32',
): Result<unknown> => installBridge(bridgeFile, source, platform);

/** Leaves word for the bridge how this app is started; it does so when a client comes and no app answers. */
export function writeLaunchFile(
  { launchFile }: BridgeEndpoint,
  launch: { readonly command: string; readonly args: readonly string[] },
): Result<null> {
  try {
    mkdirSync(dirname(launchFile), { recursive: true, mode: 0o700 });
    const fresh = `${launchFile}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify(launch)}\n`, { mode: 0o600 });
    renameSync(fresh, launchFile);
    return ok(null);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(
      'launch-file',
      `Clients cannot start Airlock by themselves, because ${launchFile} could not be written (${reason}).`,
    );
  }
}
