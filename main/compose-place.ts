import { createHash } from 'node:crypto';
import { type BridgeEndpoint, bridgeEndpoint } from '../shared/endpoint.ts';
import type { MachinePlace } from './compose-governance.ts';

/** Where bridge and app of a home meet. */
export function bridgePlace({ platform, home, tmp }: MachinePlace): BridgeEndpoint {
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return bridgeEndpoint({ platform, home, tmp, uid: process.getuid?.() ?? 0, hash });
}
