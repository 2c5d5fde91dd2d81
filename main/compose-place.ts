import { createHash } from 'node:crypto';
import { type BridgeEndpoint, bridgeEndpoint, socketTmp } from '../shared/endpoint.ts';
import type { MachinePlace } from './compose-governance.ts';

/** Where bridge and app of a home meet. On Windows a packaged bridge is an .exe, a script has a .cmd. */
export function bridgePlace(
  { platform, home, tmp: own }: MachinePlace,
  packaged = false,
): BridgeEndpoint {
  // TMPDIR differs between an app and what a client starts; both must look in one place.
  const tmp = platform === 'win32' ? own : socketTmp;
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return bridgeEndpoint({ platform, home, tmp, uid: process.getuid?.() ?? 0, hash, packaged });
}
