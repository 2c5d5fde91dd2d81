import { reapOrphans } from '../../main/upstream/orphans.ts';
import { realProcesses } from './supervised.ts';

/** The next start of an app: ends what the register names and prints the report as JSON. */
const report = await reapOrphans(process.argv[2] ?? '', process.platform, realProcesses());
process.stdout.write(JSON.stringify(report));
