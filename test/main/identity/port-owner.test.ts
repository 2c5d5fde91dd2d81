import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCallerOfPort, socketInode } from '../../../main/identity/port-owner.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (local: string, remote: string, state: string, inode: number) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 20 4 30 10 -1\n`;

describe('the table of sockets', () => {
  const ours = line('0100007F:1F90', '0100007F:A1B2', '01', 1);
  const theirs = line('0100007F:A1B2', '0100007F:1F90', '01', 77);
  const mapped = '0000000000000000FFFF00000100007F';

  test.each<[string, string, string | undefined]>([
    ['the client’s end, not ours', ours + theirs, '77'],
    ['a mapped address', line(`${mapped}:A1B2`, `${mapped}:1F90`, '01', 78), '78'],
    ['another machine', line('0101A8C0:A1B2', '0100007F:1F90', '01', 79), undefined],
    ['another port of ours', line('0100007F:A1B2', '0100007F:1F91', '01', 80), undefined],
    ['one that is closing', line('0100007F:A1B2', '0100007F:1F90', '06', 0), undefined],
    ['one without an owner', line('0100007F:A1B2', '0100007F:1F90', '01', 0), undefined],
    ['nothing', '', undefined],
  ])('%s', (_, rows, inode) => {
    expect(socketInode(head + rows, 0xa1b2, 0x1f90)).toBe(inode);
  });
});

describe.runIf(process.platform === 'linux')('the owner of a port', () => {
  /** Listens, and lets another process connect. */
  async function visited() {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = `require('node:net').connect(${port}, '127.0.0.1'); process.stdin.resume().on('end', () => process.exit(0))`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'ignore', 'inherit'] });
    const [socket] = (await once(server, 'connection')) as [Socket];
    ends.push(
      () => new Promise((resolve) => server.close(resolve)),
      () => socket.destroy(),
      async () => {
        child.stdin.end();
        if (child.exitCode === null) await once(child, 'exit');
      },
    );
    return { port, socket, pid: Number(child.pid), child };
  }

  test('is the process that connected, again and again', async () => {
    const { port, socket, pid } = await visited();
    const callerOfPort = makeCallerOfPort('linux', () => port);
    expect(await callerOfPort(socket.remotePort ?? 0)).toBe(pid);
    expect(await callerOfPort(socket.remotePort ?? 0)).toBe(pid);
  });

  test('is nobody once it is gone', async () => {
    const { port, socket, child } = await visited();
    const callerOfPort = makeCallerOfPort('linux', () => port);
    const from = socket.remotePort ?? 0;
    expect(await callerOfPort(from)).toBeDefined();
    const closed = once(socket, 'close');
    socket.resume();
    child.stdin.end();
    await closed;
    expect(await callerOfPort(from)).toBeUndefined();
  });

  test('is told of a connection of this very process, too', async () => {
    const { port } = await visited();
    const own = connect(port, '127.0.0.1');
    ends.push(() => own.destroy());
    await once(own, 'connect');
    expect(await makeCallerOfPort('linux', () => port)(own.localPort ?? 0)).toBe(process.pid);
  });

  test.each([0, -1, 1.5, 65_536, Number.NaN])('at %d is nobody', async (port) => {
    expect(await makeCallerOfPort('linux', () => 8080)(port)).toBeUndefined();
  });

  test('is not told elsewhere', async () => {
    const { port, socket } = await visited();
    const callerOfPort = makeCallerOfPort('darwin', () => port);
    expect(await callerOfPort(socket.remotePort ?? 0)).toBeUndefined();
  });
});
