import { ok, type Result } from '../../shared/outcome.ts';
import { type ConfigOptions, type Configs, openConfigs } from '../compose-configs.ts';
import { type Governance, openGovernance } from '../compose-governance.ts';
import type { Workplace } from './workplace.ts';

/** Opens governance and configs, hands them to `work`, and closes whatever happens. */
export async function withConfigs<T>(
  place: Workplace,
  work: (configs: Configs, governance: Governance) => Promise<T>,
  options: ConfigOptions = {},
): Promise<Result<T>> {
  const opened = openGovernance({
    ...place,
    mode: () => 'enforce',
    onChange: () => undefined,
  });
  if (!opened.ok) return opened;
  try {
    const configs = openConfigs(opened.value, place, options);
    return ok(await work(configs, opened.value));
  } finally {
    opened.value.close();
  }
}
