import { reapOrphans } from '../../main/upstream/orphans.ts';
import { platformProcesses } from '../../main/upstream/platform-processes.ts';

/** The next start of an app: ends what the register names and prints the report as JSON. */
const report = await reapOrphans(
  process.argv[2] ?? '',
  process.platform,
  platformProcesses(process.platform),
);
process.stdout.write(JSON.stringify(report));
