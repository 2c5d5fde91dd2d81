import { BlockList, isIP } from 'node:net';
import { type Environment, variable } from './environment.ts';

/** How a server over the network is to be reached. */
export type ProxyChoice =
  | { readonly kind: 'direct' }
  | { readonly kind: 'via'; readonly proxy: URL }
  /** A proxy is set, but none that we can use: going past it would be what it was set against. */
  | { readonly kind: 'unusable'; readonly reason: string };

const direct: ProxyChoice = { kind: 'direct' };
const ports: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * The proxy for an address, by the variables that command-line programs go by (curl's manual, "ENVIRONMENT"):
 * `HTTPS_PROXY` or `HTTP_PROXY` by the address, else `ALL_PROXY`, unless `NO_PROXY` names it; lower case goes first.
 * This machine itself is never reached through a proxy. Pure.
 */
export function proxyFor(
  url: URL,
  platform: NodeJS.Platform,
  environment: Environment,
): ProxyChoice {
  const named = (name: string) =>
    variable(platform, environment, name.toLowerCase()) || variable(platform, environment, name);
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const set = (named(name) || named('ALL_PROXY'))?.trim();
  if (!set || isLocal(host)) return direct;
  const excepted = (named('NO_PROXY') ?? '').split(/[\s,]+/).filter(Boolean);
  if (excepted.some((entry) => covers(entry, host, url.port || (ports[url.protocol] ?? ''))))
    return direct;
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(set) ? set : `http://${set}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy === undefined || proxy.hostname === '')
    return { kind: 'unusable', reason: 'The proxy that is set for this machine is no address.' };
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') {
    const kind = proxy.protocol.slice(0, -1);
    return {
      kind: 'unusable',
      reason: `The proxy that is set for this machine is of a kind (${kind}) that Airlock does not use.`,
    };
  }
  return { kind: 'via', proxy };
}

const isLocal = (host: string): boolean =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  host === '::1' ||
  (isIP(host) === 4 && host.startsWith('127.'));

/** Whether an entry of `NO_PROXY` covers a host: `*`, a name and all below it, an address, or a range of addresses. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const range = /^\[?([^\]/]+)\]?\/(\d{1,3})$/.exec(entry);
  if (range !== null) return inRange(range[1] ?? '', Number(range[2]), host);
  const [, name = entry, only] =
    /^(.*[^:]|\[.*\]):(\d+)$/.exec(isIP(entry) === 6 ? '' : entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const bare = name.toLowerCase().replace(/^\[|\]$/g, '');
  const suffix = bare.replace(/^\*?\./, '');
  return host === suffix || (isIP(host) === 0 && suffix !== '' && host.endsWith(`.${suffix}`));
}

function inRange(network: string, bits: number, host: string): boolean {
  const family = isIP(network);
  if (family === 0 || family !== isIP(host) || bits > (family === 4 ? 32 : 128)) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, bits, kind);
  return list.check(host, kind);
}
