import { isIP } from 'node:net';
import type { Raise } from './places.ts';

/** Where a host leads, as far as its spelling shows. Names are not looked up: that would be a request already. */
export type AddressKind = 'metadata' | 'loopback' | 'private' | 'public';

const metadataHosts = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
  'metadata.google.internal',
  'metadata.goog',
  'metadata',
  'instance-data',
  'instance-data.ec2.internal',
]);

const privateEndings = ['.local', '.internal', '.intranet', '.lan', '.corp', '.home', '.home.arpa'];

function kindOfIpv4(host: string): AddressKind {
  const [a = 0, b = 0] = host.split('.').map(Number);
  if (a === 127 || a === 0) return 'loopback';
  // Link-local as a whole: cloud providers keep putting their metadata services there.
  if (a === 169 && b === 254) return 'metadata';
  const inside =
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b <= 127);
  return inside ? 'private' : 'public';
}

/** `::ffff:7f00:1` and `::ffff:127.0.0.1` are IPv4 in disguise, as are the NAT64 and 6to4 forms. */
function embeddedIpv4(host: string): string | undefined {
  const dotted = /^(?:::ffff:(?:0:)?|::|64:ff9b::)(\d+\.\d+\.\d+\.\d+)$/.exec(host)?.[1];
  if (dotted !== undefined) return dotted;
  const pair =
    /^(?:::ffff:(?:0:)?|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ??
    /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(host);
  if (pair === null) return undefined;
  const high = Number.parseInt(pair[1] ?? '', 16);
  const low = Number.parseInt(pair[2] ?? '', 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Tells where a host name or address leads. `host` is as WHATWG URL gives it, brackets optional. */
export function kindOfHost(host: string): AddressKind {
  const plain = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (metadataHosts.has(plain)) return 'metadata';
  if (isIP(plain) === 4) return kindOfIpv4(plain);
  if (isIP(plain) === 6) {
    const ipv4 = embeddedIpv4(plain);
    if (ipv4 !== undefined) return kindOfIpv4(ipv4);
    if (plain === '::1' || plain === '::') return 'loopback';
    return /^f[cd]|^fe[89ab]/.test(plain) ? 'private' : 'public';
  }
  if (plain === 'localhost' || plain.endsWith('.localhost')) return 'loopback';
  // A name without a dot can only be resolved inside this network.
  if (!plain.includes('.') || privateEndings.some((ending) => plain.endsWith(ending)))
    return 'private';
  // Names made to resolve to the address they spell (127.0.0.1.nip.io).
  const spelled = /(?:^|[.-])((?:\d{1,3}[.-]){3}\d{1,3})\.(?:nip\.io|sslip\.io|xip\.io)$/.exec(
    plain,
  )?.[1];
  return spelled === undefined ? 'public' : kindOfIpv4(spelled.replaceAll('-', '.'));
}

const raises: Readonly<Record<AddressKind, (shown: string) => Raise>> = {
  metadata: (shown) => ({
    level: 'unknown',
    reason: `${shown} is where cloud machines get their credentials, so nobody can say how far this reaches.`,
  }),
  loopback: (shown) => ({
    level: 'execute',
    reason: `${shown} is a service on this machine, which may act on what it is asked.`,
  }),
  private: (shown) => ({
    level: 'execute',
    reason: `${shown} is inside your network, where services trust who asks.`,
  }),
  public: (shown) => ({
    level: 'send',
    reason: `It asks ${shown}, and whatever stands in the address goes there.`,
  }),
};

/** What a host in the arguments adds; the reason names it. */
export const hostRaise = (host: string): Raise => raises[kindOfHost(host)](host.slice(0, 80));

/** True for a text that as a whole is a network address with a scheme. */
export const looksLikeUrl = (text: string): boolean =>
  /^(?:https?|wss?|ftps?|gopher|dict|ldaps?|tftp|smb):\/*[^\s/]/i.test(text);

/** What a URL in the arguments adds; one that cannot be read raises to unknown. */
export function urlRaise(text: string): Raise {
  // The parser also undoes the decimal, octal and hexadecimal spellings of IPv4 for http; so it reads all as http.
  const asHttp = text.replace(/^[a-z]+:/i, 'http:');
  if (!URL.canParse(asHttp)) {
    return { level: 'unknown', reason: 'It holds an address that cannot be read.' };
  }
  return hostRaise(new URL(asHttp).hostname);
}
