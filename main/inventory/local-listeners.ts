import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import type { LocalListener } from '../../shared/inventory.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { CommandQuery, CommandSource } from './process-commands.ts';

/** A listening socket of a table of Linux. */
export interface Listening {
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** The state LISTEN in `/proc/net/tcp` (include/net/tcp_states.h). */
const listening = '0A';

/**
 * The sockets of `/proc/net/tcp` or `tcp6` (proc_pid_net(5)) that can be reached through the loopback address: bound
 * to it, or to every address. Pure.
 */
export function parseProcNet(text: string): readonly Listening[] {
  return text.split('\n').flatMap((line): Listening[] => {
    const fields = line.trim().split(/\s+/);
    const [, local = '', , state] = fields;
    const inode = fields[9];
    if (state !== listening || inode === undefined) return [];
    const [hex = '', port = ''] = local.split(':');
    const address = addressOf(hex);
    if (address === undefined || !/^[0-9A-F]{4}$/i.test(port)) return [];
    return [{ address, port: Number.parseInt(port, 16), inode }];
  });
}

/** The address in the kernel's spelling (32-bit words in the order of this machine), where it is local. */
function addressOf(hex: string): string | undefined {
  if (/^[0-9A-F]{6}7F$/i.test(hex)) return ipv4(hex);
  if (/^0{8}$/.test(hex)) return '0.0.0.0';
  if (/^0{32}$/.test(hex)) return '::';
  if (/^0{24}01000000$/.test(hex)) return '::1';
  const mapped = /^0{16}FFFF0000([0-9A-F]{6}7F)$/i.exec(hex)?.[1];
  return mapped === undefined ? undefined : ipv4(mapped);
}

const ipv4 = (hex: string): string =>
  [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');

/** The question to the `lsof` of macOS. */
export const macListenQuery: CommandQuery = {
  command: '/usr/sbin/lsof',
  args: ['-nP', '-iTCP', '-sTCP:LISTEN', '-FpcnP'],
};

/** Reads the answer to `macListenQuery`: one field a line, `p` begins a process. Pure. */
export function parseLsof(text: string): readonly LocalListener[] {
  const found: LocalListener[] = [];
  let pid: number | undefined;
  let program: string | undefined;
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) {
      pid = Number(value);
      program = undefined;
    } else if (line.startsWith('c')) program = value;
    else if (line.startsWith('n')) {
      const [, host = '', port] = /^(.*):(\d+)$/.exec(value) ?? [];
      const address = localAddress(host);
      if (address === undefined || port === undefined || pid === undefined) continue;
      found.push({
        address,
        port: Number(port),
        pid,
        ...(program === undefined ? {} : { program }),
      });
    }
  }
  return once(found);
}

/** Asks Windows for its listening sockets with their processes. */
export const windowsListenQuery = (systemRoot = 'C:\\Windows'): CommandQuery => ({
  command: path.win32.join(systemRoot, 'System32\\WindowsPowerShell\\v1.0\\powershell.exe'),
  args: [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    'Get-NetTCPConnection -State Listen | Select-Object LocalAddress,LocalPort,OwningProcess | ConvertTo-Json -Compress',
  ],
});

/** Reads the answer to `windowsListenQuery`; undefined where it is no such JSON. Pure. */
export function parseWindowsListeners(json: string): readonly LocalListener[] | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const items: unknown[] = Array.isArray(answer) ? answer : [answer];
  return once(
    items.flatMap((item): LocalListener[] => {
      if (typeof item !== 'object' || item === null) return [];
      const { LocalAddress, LocalPort, OwningProcess } = item as Record<string, unknown>;
      const address = typeof LocalAddress === 'string' ? localAddress(LocalAddress) : undefined;
      if (address === undefined || typeof LocalPort !== 'number') return [];
      const pid = typeof OwningProcess === 'number' ? { pid: OwningProcess } : {};
      return [{ address, port: LocalPort, ...pid }];
    }),
  );
}

function localAddress(host: string): string | undefined {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (bare === '*') return '0.0.0.0';
  return /^(127(\.\d{1,3}){3}|0\.0\.0\.0|::1?)$/.test(bare) ? bare : undefined;
}

/** In order of ports, each port of a process once: most programs listen on both families. */
function once(listeners: readonly LocalListener[]): readonly LocalListener[] {
  const byPort = new Map<string, LocalListener>();
  for (const one of listeners) {
    const key = `${one.port} ${one.pid}`;
    if (!byPort.has(key)) byPort.set(key, one);
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port || (a.pid ?? 0) - (b.pid ?? 0));
}

/** Lists who listens on this machine's loopback address. Nothing is connected to. Problem: `listeners-unreadable`. */
export async function localListeners(
  platform: NodeJS.Platform,
  { run, proc = '/proc' }: CommandSource,
): Promise<Result<readonly LocalListener[]>> {
  try {
    if (platform === 'linux') return ok(procListeners(proc));
    if (platform !== 'win32') return ok(parseLsof(await run(macListenQuery)));
    const found = parseWindowsListeners(await run(windowsListenQuery(process.env.SystemRoot)));
    return found === undefined ? unreadable('no list') : ok(found);
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

function procListeners(proc: string): readonly LocalListener[] {
  const tables = [readFileSync(`${proc}/net/tcp`, 'utf8'), readOrNothing(`${proc}/net/tcp6`)];
  const sockets = tables.flatMap(parseProcNet);
  const owners = ownersOf(new Set(sockets.map(({ inode }) => inode)), proc);
  return once(sockets.map(({ address, port, inode }) => ({ address, port, ...owners.get(inode) })));
}

/** The processes of this user that hold these sockets, by inode. Others' descriptors cannot be seen. */
function ownersOf(inodes: ReadonlySet<string>, proc: string) {
  const owners = new Map<string, { readonly pid: number; readonly program?: string }>();
  for (const name of readdirSync(proc)) {
    if (owners.size === inodes.size) break;
    if (!/^\d+$/.test(name)) continue;
    for (const descriptor of listOrNothing(`${proc}/${name}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(
        linkOrNothing(`${proc}/${name}/fd/${descriptor}`),
      )?.[1];
      if (inode === undefined || !inodes.has(inode) || owners.has(inode)) continue;
      const program = readOrNothing(`${proc}/${name}/comm`).trim();
      owners.set(inode, { pid: Number(name), ...(program === '' ? {} : { program }) });
    }
  }
  return owners;
}

/** What ended meanwhile, or is not ours to see, has nothing to tell. */
function orElse<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch {
    return nothing;
  }
}

const readOrNothing = (file: string): string => orElse(() => readFileSync(file, 'utf8'), '');
const linkOrNothing = (file: string): string => orElse(() => readlinkSync(file), '');
const listOrNothing = (folder: string): readonly string[] => orElse(() => readdirSync(folder), []);

const unreadable = (why: string) =>
  fail(
    'listeners-unreadable',
    `The programs that listen on this machine could not be listed (${why}).`,
  );
