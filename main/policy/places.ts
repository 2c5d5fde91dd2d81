import path from 'node:path';
import type { RiskLevel } from '../../shared/policy.ts';

/** What the paths in arguments are judged by. */
export interface PlaceRules {
  readonly platform: NodeJS.Platform;
  /** The person's home folder, absolute. */
  readonly home: string;
  /** Other folders that are the person's to use, such as the temporary folder; absolute. */
  readonly ownFolders: readonly string[];
  /** Folders of ours that no tool has any business in, such as the data folder; absolute. */
  readonly protectedFolders: readonly string[];
}

/** A raise that a value causes, with the sentence for it. */
export interface Raise {
  readonly level: RiskLevel;
  readonly reason: string;
}

const lines = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

const credentialFolders = new Set(
  lines('.ssh .aws .gnupg .azure .gcloud .password-store keychains keyrings .kube .docker .oci'),
);
const credentialFiles = new Set(
  lines(`
    .netrc _netrc .npmrc .yarnrc.yml .pypirc .pgpass .my.cnf .git-credentials .htpasswd .dockercfg
    .vault-token id_rsa id_dsa id_ecdsa id_ed25519 credentials credentials.json credentials.db
    application_default_credentials.json service-account.json .credentials.json auth.json
    secrets.json secrets.yaml secrets.yml secrets.toml shadow gshadow sudoers master.key
    cookies.sqlite key4.db logins.json .bash_history .zsh_history environ hosts.yml
    consolehost_history.txt ntds.dit ntuser.dat`),
);
const credentialPaths = ['default/cookies', 'network/cookies', 'login data', 'config/sam'];
const credentialEndings = lines(
  '.pem .key .p12 .pfx .jks .keystore .kdbx .ppk .asc .gpg .ovpn .keychain .keychain-db',
);
const envSamples = new Set(
  lines('.env.example .env.sample .env.template .env.dist .envrc.example'),
);

const startupNames = new Set(
  lines(`
    .bashrc .bash_profile .bash_login .bash_logout .profile .zshrc .zshenv .zprofile .zlogin .zlogout
    config.fish .gitconfig .vimrc .tmux.conf .xprofile .xinitrc .xsession authorized_keys crontab
    mcp.json .mcp.json mcp_config.json claude_desktop_config.json .claude.json settings.json
    settings.local.json tasks.json launch.json config.toml microsoft.powershell_profile.ps1
    profile.ps1 .pre-commit-config.yaml`),
);
const startupFolders = lines(`
  .config/autostart .config/systemd library/launchagents library/launchdaemons .git/hooks .husky
  .local/bin start_menu/programs/startup .github/workflows`).map((text) => text.replace('_', ' '));

const systemFolders: Readonly<Record<'posix' | 'win32', readonly string[]>> = {
  posix: lines(`
    /etc /usr /bin /sbin /lib /lib64 /boot /dev /proc /sys /root /var /run /opt /library /system
    /applications /private/etc /private/var`),
  win32: lines('\\windows \\programdata \\program_files \\program_files_(x86)').map((text) =>
    text.replaceAll('_', ' '),
  ),
};

/** True for a text that reads as a path, whatever the argument is called. */
export const looksLikePath = (text: string): boolean =>
  /^(?:\/|~|\.\.?[/\\]|[A-Za-z]:[/\\]|\\\\|file:|%[A-Za-z]+%[/\\]|\$\{?[A-Za-z_]+\}?[/\\])/i.test(
    text,
  );

function fromFileUri(text: string): string {
  const rest = text.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/i, '');
  try {
    return decodeURIComponent(rest).replace(/^\/([A-Za-z]:)/, '$1');
  } catch {
    // A malformed escape stays as written; it is then judged by what can be read of it.
    return rest;
  }
}

/** One form for comparing: expanded, normalised, forward slashes; lower case where the system ignores case. */
function normalise(text: string, rules: PlaceRules): string {
  const plain = /^file:/i.test(text) ? fromFileUri(text) : text;
  const expanded = plain.replace(/^(?:~(?=$|[/\\])|\$\{?HOME\}?|%USERPROFILE%)/i, rules.home);
  const slashed = rules.platform === 'win32' ? expanded.replaceAll('\\', '/') : expanded;
  const normal = path.posix.normalize(slashed);
  return rules.platform === 'linux' ? normal : normal.toLowerCase();
}

const within = (place: string, folder: string): boolean =>
  place === folder || place.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

/** What kind of credential place a path names, by its segments alone, so that any root and any spelling counts. */
export function credentialPlace(text: string): boolean {
  const segments = text
    .toLowerCase()
    .split(/[/\\]+/)
    .filter((part) => part !== '' && part !== '.');
  const last = (segments.at(-1) ?? '').replace(/:.*$/, '').replace(/[. ]+$/, '');
  if (segments.some((part) => credentialFolders.has(part))) return !last.endsWith('.pub');
  if (credentialFiles.has(last)) return true;
  const tail = segments.join('/');
  if (credentialPaths.some((ending) => tail.endsWith(ending))) return true;
  if (/^\.env(?:\.|rc$|$)/.test(last)) return !envSamples.has(last);
  return credentialEndings.some((ending) => last.endsWith(ending));
}

function isStartupPlace(place: string): boolean {
  const lower = place.toLowerCase().replaceAll('\\', '/');
  const last = lower.slice(lower.lastIndexOf('/') + 1);
  return startupNames.has(last) || startupFolders.some((folder) => lower.includes(`${folder}/`));
}

function isSystemPlace(place: string, platform: NodeJS.Platform): boolean {
  if (platform !== 'win32') {
    return systemFolders.posix.some((folder) => within(place.toLowerCase(), folder));
  }
  const rest = place.replace(/^[a-z]:/, '').replaceAll('/', '\\');
  return systemFolders.win32.some((folder) => rest === folder || rest.startsWith(`${folder}\\`));
}

/**
 * What a path in the arguments adds to a call that reads (`reads`) or does more. A relative path stays in the
 * server's folder unless it climbs out of it. Undefined: nothing.
 */
export function pathRaise(text: string, reads: boolean, rules: PlaceRules): Raise | undefined {
  const place = normalise(text, rules);
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  if (rules.protectedFolders.some((folder) => within(place, normalise(folder, rules)))) {
    return { level: 'unknown', reason: `It reaches into Airlock's own folder (${shown}).` };
  }
  if (credentialPlace(place)) {
    const reason = `${shown} is a place of credentials: who has it can act as you, so nobody can say how far this reaches.`;
    return { level: 'unknown', reason };
  }
  if (!reads && isStartupPlace(place)) {
    return {
      level: 'execute',
      reason: `What stands in ${shown} is run or obeyed by other programs.`,
    };
  }
  const absolute = /^(?:\/|[a-z]:)/i.test(place);
  const own = [rules.home, ...rules.ownFolders].some((folder) =>
    within(place, normalise(folder, rules)),
  );
  if (absolute ? own : !/^\.\.(?:\/|$)/.test(place)) return undefined;
  if (!absolute) {
    const reason = `${shown} climbs out of the folder the server was given.`;
    return { level: reads ? 'send' : 'write', reason };
  }
  if (!reads && isSystemPlace(place, rules.platform)) {
    return { level: 'execute', reason: `${shown} belongs to the system, not to you.` };
  }
  const reason = `${shown} lies outside your home folder, so what is there is not only yours.`;
  return { level: reads ? 'send' : 'write', reason };
}
