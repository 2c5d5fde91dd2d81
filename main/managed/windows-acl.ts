/** Who may write what an administrator put there, by SID: the system, the administrators, the installer of Windows. */
const administrators: ReadonlySet<string> = new Set([
  'SY',
  'S-1-5-18',
  'BA',
  'S-1-5-32-544',
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
]);

/** Rights to read and to run, as SDDL writes them for files and folders. Whatever else it says changes something. */
const readingRights: ReadonlySet<string> = new Set([
  ...['FR', 'FX', 'GR', 'GX', 'RC', 'CC', 'SW', 'WP', 'LO'],
]);
const readingMask = 0x1200a9;

/**
 * Rights to add to a folder. Everybody has them below ProgramData by inheritance. What a user adds belongs to that
 * user and is refused for that; what stands there already cannot be replaced by them.
 */
const addingRights: ReadonlySet<string> = new Set(['DC', 'LC', 'RP', 'CR']);
const addingMask = 0x2 | 0x4 | 0x10 | 0x100;

function changes(rights: string, kind: 'file' | 'folder'): boolean {
  if (/^0x[0-9a-f]+$/i.test(rights)) {
    const harmless = kind === 'file' ? readingMask : readingMask | addingMask;
    return (Number(rights) & ~harmless) !== 0;
  }
  const pairs = rights.match(/../g) ?? [];
  return (
    rights.length % 2 === 1 ||
    pairs.some((pair) => !readingRights.has(pair) && !(kind === 'folder' && addingRights.has(pair)))
  );
}

/**
 * What is wrong with the security descriptor of a file or folder, as part of a sentence; undefined where only
 * administrators own and change it. `sddl` is what PowerShell's `Get-Acl` calls `Sddl`: unlike the words of `icacls`
 * it is the same in every language and names the owner. Entries that are only inherited (`IO`) count for nothing here.
 */
export function aclLooseness(sddl: string, kind: 'file' | 'folder'): string | undefined {
  const owner = /^O:(S-[\d-]+|[A-Z]{2})/.exec(sddl)?.[1];
  if (owner === undefined || !administrators.has(owner)) {
    return 'does not belong to the administrators';
  }
  const entries = /D:[A-Z_]*((?:\([^()]*\))+)/.exec(sddl)?.[1];
  // No list at all means that everybody may do everything.
  if (entries === undefined) return 'has no access list';
  for (const [, entry = ''] of entries.matchAll(/\(([^()]*)\)/g)) {
    const [type = '', flags = '', rights = '', , , who = ''] = entry.split(';');
    if (type === 'D' || flags.match(/../g)?.includes('IO') === true) continue;
    if (administrators.has(who)) continue;
    if (type !== 'A' || changes(rights, kind)) {
      return 'can be written by others than the administrators';
    }
  }
  return undefined;
}

/** The words after `powershell.exe` that print the descriptors of paths, one a line, in order. */
export function aclArguments(paths: readonly string[]): string[] {
  const quoted = paths.map((path) => `'${path.replaceAll("'", "''")}'`).join(',');
  return [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    `${quoted} | ForEach-Object { (Get-Acl -LiteralPath $_).Sddl }`,
  ];
}
