import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * The inode of the socket at 127.0.0.1 that comes from `port` and leads to `ownPort`, in a Linux `/proc/net/tcp` or
 * `/proc/net/tcp6` (proc_pid_net(5)): addresses and ports in hex, an IPv4 address in host order. Pure.
 */
export function socketInode(table: string, port: number, ownPort: number): string | undefined {
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(4, '0');
  for (const line of table.split('\n')) {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
    const here = local !== undefined && remote !== undefined && loopback(local) && loopback(remote);
    if (!here || state !== established || inode === undefined || inode === '0') continue;
    if (local.endsWith(`:${hex(port)}`) && remote.endsWith(`:${hex(ownPort)}`)) return inode;
  }
  return undefined;
}

const established = '01';

/** 127.0.0.1 as either table writes it; a client that speaks IPv6 reaches it as a mapped address. */
const loopback = (address: string): boolean => /^(?:0{16}FFFF0000)?0100007F:/.test(address);

/** Sockets whose owner is remembered. A socket's inode is its own while it lives, so that nothing goes stale. */
const mostRemembered = 256;

/**
 * Makes the function that tells which process of this user connects from a port of 127.0.0.1 to ours, on Linux;
 * undefined elsewhere, where the connection is gone, and for a process of somebody else.
 */
export function makeCallerOfPort(
  platform: NodeJS.Platform,
  ownPort: () => number,
): (port: number) => Promise<number | undefined> {
  const owners = new Map<string, number>();

  return async (port) => {
    if (platform !== 'linux' || !Number.isInteger(port) || port <= 0 || port > 65_535) {
      return undefined;
    }
    for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
      const text = await readFile(table, 'utf8').catch(() => '');
      const inode = socketInode(text, port, ownPort());
      if (inode !== undefined) return ownerOf(inode);
    }
    return undefined;
  };

  async function ownerOf(inode: string): Promise<number | undefined> {
    const known = owners.get(inode);
    if (known !== undefined && (await holds(known, inode))) return known;
    owners.delete(inode);
    // The likeliest come first: who called before calls again.
    const recent = [...new Set(owners.values())].reverse();
    const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    for (const pid of new Set([...recent, ...all])) {
      if (!(await holds(pid, inode))) continue;
      if (owners.size >= mostRemembered) owners.delete([...owners.keys()][0] ?? '');
      owners.set(inode, pid);
      return pid;
    }
    return undefined;
  }
}

async function holds(pid: number, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // Those of other users cannot be listed, and one that ended has none.
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const target = await readlink(`${folder}/${name}`).catch(() => '');
    if (target === `socket:[${inode}]`) return true;
  }
  return false;
}
