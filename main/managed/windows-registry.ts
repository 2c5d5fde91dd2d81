/** A value of the registry as `reg query` prints it. */
export type RegistryValue = string | number | readonly string[];

/** The values of a key and of the keys below it, by the path of the key below the asked one (`''`, `Keys`). */
export type RegistryTree = ReadonlyMap<string, ReadonlyMap<string, RegistryValue>>;

const valueLine = /^ {4}(.*?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/;

function readValue(type: string, text: string): RegistryValue | undefined {
  switch (type) {
    case 'REG_SZ':
    case 'REG_EXPAND_SZ':
      return text;
    case 'REG_DWORD':
      return Number(text);
    case 'REG_MULTI_SZ':
      return text.split(String.raw`\0`).filter((part) => part !== '');
    default:
      return undefined;
  }
}

/**
 * Reads what `reg query KEY /s` prints. Lines of another form, and values of types that no policy uses, are left out;
 * what is missing then is found by the schema.
 */
export function parseRegistry(output: string): RegistryTree {
  const tree = new Map<string, Map<string, RegistryValue>>();
  let root: string | undefined;
  let current: Map<string, RegistryValue> | undefined;
  for (const line of output.split(/\r?\n/)) {
    if (line.startsWith('HKEY_')) {
      root ??= line;
      const below = line.slice(root.length).replace(/^\\/, '');
      current = new Map();
      tree.set(below, current);
      continue;
    }
    const found = valueLine.exec(line);
    if (found === null || current === undefined) continue;
    const [, name = '', type = '', text = ''] = found;
    const value = readValue(type, text);
    if (value !== undefined) current.set(name, value);
  }
  return tree;
}

const camel = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1);

const truths: ReadonlySet<string> = new Set(['required']);

const members = (values: ReadonlyMap<string, RegistryValue> | undefined) =>
  Object.fromEntries(
    [...(values ?? [])].map(([name, value]) => {
      const key = camel(name);
      return [key, truths.has(key) && typeof value === 'number' ? value !== 0 : value];
    }),
  );

/**
 * The enrolment that stands in the registry: values as the members of the JSON form with a capital (`PolicyUrl`),
 * below `Keys` one value per key (name: kid, data: x), below `SignIn` and `SignIn\StepUp` their members.
 */
export function enrolmentOfRegistry(tree: RegistryTree): Record<string, unknown> {
  const keys = [...(tree.get('Keys') ?? [])].map(([kid, x]) => ({ kid, x }));
  const signIn = members(tree.get('SignIn'));
  const stepUp = members(tree.get(String.raw`SignIn\StepUp`));
  const hasStepUp = Object.keys(stepUp).length > 0;
  const whole = hasStepUp ? { ...signIn, stepUp } : signIn;
  return {
    ...members(tree.get('')),
    keys,
    ...(Object.keys(whole).length > 0 ? { signIn: whole } : {}),
  };
}

/** Whether the output of `reg query PARENT` lists a key below it by that name, whatever its letters' case. */
export const listsKey = (output: string, name: string): boolean =>
  output
    .split(/\r?\n/)
    .some(
      (line) => line.startsWith('HKEY_') && line.toLowerCase().endsWith(`\\${name.toLowerCase()}`),
    );
