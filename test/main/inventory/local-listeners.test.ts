import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  localListeners,
  macListenQuery,
  parseLsof,
  parseProcNet,
  parseWindowsListeners,
  windowsListenQuery,
} from '../../../main/inventory/local-listeners.ts';
import { tempFolder } from '../storage/temp-folder.ts';

const never = () => Promise.reject(new Error('not asked'));
const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, state: string, inode: number, rest = '00000000:0000') =>
  `   0: ${local} ${rest} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000`;

describe('the tables of Linux', () => {
  test('show what listens where loopback reaches it', () => {
    const text = [
      head,
      row('0100007F:0BB8', '0A', 11),
      row('00000000:1F90', '0A', 12),
      row('0100007F:0BB9', '01', 13),
      row('0501A8C0:0050', '0A', 14),
      row('3500007F:0035', '0A', 15),
      '',
      'nonsense',
    ].join('\n');
    expect(parseProcNet(text)).toEqual([
      { address: '127.0.0.1', port: 3000, inode: '11' },
      { address: '0.0.0.0', port: 8080, inode: '12' },
      { address: '127.0.0.53', port: 53, inode: '15' },
    ]);
  });

  test('of IPv6 too', () => {
    const text = [
      head,
      row('00000000000000000000000001000000:0BB8', '0A', 1),
      row('00000000000000000000000000000000:0BB9', '0A', 2),
      row('0000000000000000FFFF00000100007F:0BBA', '0A', 3),
      row('B80D01200000000000000000010000AB:0BBB', '0A', 4),
    ].join('\n');
    expect(parseProcNet(text).map(({ address }) => address)).toEqual(['::1', '::', '127.0.0.1']);
  });

  test('name the process by its descriptors; a port on both families is one', async () => {
    const proc = tempFolder();
    mkdirSync(join(proc, 'net'));
    writeFileSync(
      join(proc, 'net/tcp'),
      [head, row('0100007F:0BB8', '0A', 11), row('0100007F:0001', '0A', 99)].join('\n'),
    );
    writeFileSync(
      join(proc, 'net/tcp6'),
      [head, row('00000000000000000000000001000000:0BB8', '0A', 12)].join('\n'),
    );
    mkdirSync(join(proc, '7/fd'), { recursive: true });
    writeFileSync(join(proc, '7/comm'), 'my server\n');
    symlinkSync('socket:[11]', join(proc, '7/fd/3'));
    symlinkSync('socket:[12]', join(proc, '7/fd/4'));
    symlinkSync('/dev/null', join(proc, '7/fd/0'));
    expect(await localListeners('linux', { run: never, proc })).toEqual({
      ok: true,
      value: [
        { address: '127.0.0.1', port: 1 },
        { address: '127.0.0.1', port: 3000, pid: 7, program: 'my server' },
      ],
    });
  });

  test('that are not there are a problem', async () => {
    expect(await localListeners('linux', { run: never, proc: tempFolder() })).toMatchObject({
      ok: false,
      problem: { code: 'listeners-unreadable' },
    });
  });

  test.runIf(process.platform === 'linux')('show a listener of this very process', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const found = await localListeners('linux', { run: never });
    expect(found.ok && found.value.find((one) => one.port === port)).toMatchObject({
      address: '127.0.0.1',
      pid: process.pid,
    });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('macOS', () => {
  const text = [
    'p12',
    'cnode',
    'f20',
    'PTCP',
    'n127.0.0.1:3000',
    'f21',
    'PTCP',
    'n[::1]:3000',
    'n*:5000',
    'p13',
    'n192.168.1.2:80',
    'nnonsense',
  ].join('\n');

  test('lists them by lsof', async () => {
    const asked: unknown[] = [];
    const run = async (query: unknown) => {
      asked.push(query);
      return text;
    };
    expect(await localListeners('darwin', { run })).toEqual({ ok: true, value: parseLsof(text) });
    expect(asked).toEqual([macListenQuery]);
    expect(parseLsof(text)).toEqual([
      { address: '127.0.0.1', port: 3000, pid: 12, program: 'node' },
      { address: '0.0.0.0', port: 5000, pid: 12, program: 'node' },
    ]);
  });
});

describe('Windows', () => {
  test('lists them by PowerShell', async () => {
    const rows = [
      { LocalAddress: '::1', LocalPort: 3001, OwningProcess: 5 },
      { LocalAddress: '127.0.0.1', LocalPort: 3000, OwningProcess: 5 },
      { LocalAddress: '10.0.0.4', LocalPort: 3002, OwningProcess: 5 },
      { LocalAddress: 4 },
      null,
    ];
    expect(parseWindowsListeners(`\uFEFF${JSON.stringify(rows)}`)).toEqual([
      { address: '127.0.0.1', port: 3000, pid: 5 },
      { address: '::1', port: 3001, pid: 5 },
    ]);
    expect(parseWindowsListeners(JSON.stringify(rows[0]))).toHaveLength(1);
    expect(await localListeners('win32', { run: async () => '<' })).toMatchObject({ ok: false });
    expect(await localListeners('win32', { run: async () => JSON.stringify(rows) })).toMatchObject({
      ok: true,
    });
    expect(windowsListenQuery('D:\\Win').command).toMatch(/^D:\\Win\\System32\\/);
  });
});
