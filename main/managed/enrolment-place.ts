/** A file that only an administrator may write. */
export interface FilePlace {
  readonly kind: 'file';
  readonly path: string;
  readonly form: 'json' | 'plist';
  /** From this folder down everything has to belong to an administrator: the root of the file system. */
  readonly top: string;
  /** The user id of the administrator (POSIX). */
  readonly owner: number;
}

/** A key of the Windows registry under `HKLM\Software\Policies`, which only administrators may write. */
export interface RegistryPlace {
  readonly kind: 'registry';
  readonly key: string;
}

/** Where an enrolment may stand. */
export type EnrolmentPlace = FilePlace | RegistryPlace;

/** The id under which MDM manages the app's preferences on macOS. */
export const preferenceDomain = 'com.airlockdesktop.app';

const fileName = 'enrolment.json';

const systemFile = (path: string, form: FilePlace['form'] = 'json'): FilePlace => ({
  kind: 'file',
  path,
  form,
  top: '/',
  owner: 0,
});

/**
 * The places of a platform in the order in which they count: what MDM pushes before a file. They are fixed. No
 * variable of the environment moves them, since the person who starts the app sets those. `programData` is what the
 * machine's registry says, for Windows.
 */
export function enrolmentPlaces(
  platform: 'darwin' | 'win32' | 'linux',
  programData = String.raw`C:\ProgramData`,
): readonly EnrolmentPlace[] {
  switch (platform) {
    case 'darwin':
      return [
        systemFile(`/Library/Managed Preferences/${preferenceDomain}.plist`, 'plist'),
        systemFile(`/Library/Application Support/Airlock/${fileName}`),
      ];
    case 'win32':
      return [
        { kind: 'registry', key: String.raw`HKLM\Software\Policies\Airlock` },
        {
          kind: 'file',
          path: `${programData}\\Airlock\\${fileName}`,
          form: 'json',
          top: `${programData}\\Airlock`,
          owner: 0,
        },
      ];
    case 'linux':
      return [systemFile(`/etc/airlock/${fileName}`)];
    default:
      return platform satisfies never;
  }
}

/** Programs of the system, by absolute path: a search along PATH could find one of the user's. */
export const systemPrograms = {
  plutil: '/usr/bin/plutil',
  reg: String.raw`C:\Windows\System32\reg.exe`,
  powershell: String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
} as const;
