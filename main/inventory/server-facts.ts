import type { ServerOwner, ServerPackage } from '../../shared/inventory.ts';
import { readLaunch } from './launch.ts';

/** The published package or image that a command starts; undefined for a program or script of its own. Pure. */
export function packageOf(argv: readonly string[]): ServerPackage | undefined {
  const launch = readLaunch(argv);
  if (launch === undefined) return undefined;
  const { kind, name, version } = launch;
  if (kind !== 'npm' && kind !== 'pypi' && kind !== 'oci') return undefined;
  return { kind, name, ...(version === undefined ? {} : { version }) };
}

/**
 * Who a server seems to come from: the scope or namespace of its package, or the host of its address. A guess for
 * people, since anybody may publish under a name that looks like another's. Pure.
 */
export function ownerOf(
  from: ServerPackage | undefined,
  url: string | undefined,
): ServerOwner | undefined {
  if (url !== undefined) {
    const host = URL.canParse(url) ? new URL(url).hostname : '';
    return host === '' || isLoopback(host) ? undefined : { name: host, from: 'address' };
  }
  const name = from === undefined ? undefined : namespaceOf(from);
  return name === undefined ? undefined : { name, from: 'package' };
}

function namespaceOf({ kind, name }: ServerPackage): string | undefined {
  switch (kind) {
    case 'npm':
      return /^(@[^/]+)\//.exec(name)?.[1];
    case 'oci': {
      const parts = name.split('/');
      const registry = /[.:]|^localhost$/.test(parts[0] ?? '');
      const inside = registry ? parts.slice(1) : parts;
      if (inside.length > 1) return inside[0];
      return registry ? parts[0] : undefined;
    }
    case 'pypi':
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** True for the names and addresses of this machine itself. Pure. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

/** The package URL of a package or image (purl-spec: npm, pypi, oci). Pure. */
export function purlOf({ kind, name, version }: ServerPackage): string {
  const part = (text: string) => encodeURIComponent(text).replaceAll('%3A', ':');
  const at = version === undefined ? '' : `@${part(version)}`;
  switch (kind) {
    case 'npm':
      return `pkg:npm/${name.split('/').map(part).join('/')}${at}`;
    case 'pypi':
      return `pkg:pypi/${part(name.toLowerCase().replace(/[-_.]+/g, '-'))}${at}`;
    case 'oci': {
      // An OCI purl is named by the last part; where it lies is a qualifier, and a tag is one too.
      const last = name.split('/').at(-1) ?? name;
      const digest = version?.includes(':') === true;
      const tag = version === undefined || digest ? '' : `&tag=${part(version)}`;
      return `pkg:oci/${part(last.toLowerCase())}${digest ? at : ''}?repository_url=${encodeURIComponent(name)}${tag}`;
    }
    default:
      return kind satisfies never;
  }
}
