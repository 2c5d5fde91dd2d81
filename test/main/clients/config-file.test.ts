import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { matchPattern, maxConfigBytes, readConfigFile } from '../../../main/clients/config-file.ts';
import { asNobody } from '../../fakes/configs/as-nobody.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const codeFor = async (file: string) => {
  const read = await readConfigFile(file);
  return read.ok ? 'read' : read.problem.code;
};

describe('reading a config', () => {
  test('gives its bytes, hash, mode and number of names', async () => {
    const file = desk.put('a.json', '{}');
    chmodSync(file, 0o640);
    linkSync(file, path.join(desk.home, 'b.json'));
    const read = await readConfigFile(file);
    expect(read).toEqual({
      ok: true,
      value: {
        path: file,
        realPath: file,
        bytes: Buffer.from('{}'),
        hash: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        mode: 0o640,
        uid: process.getuid?.(),
        links: 2,
      },
    });
  });

  test('follows a link and says what it says', async () => {
    const target = desk.put('dot/real.json', '{}');
    symlinkSync('dot/real.json', path.join(desk.home, 'link.json'));
    const read = await readConfigFile(path.join(desk.home, 'link.json'));
    expect(read.ok && [read.value.realPath, read.value.linkTarget]).toEqual([
      target,
      'dot/real.json',
    ]);
  });

  test('never hangs on or opens what is not a file', async () => {
    const pipe = path.join(desk.home, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const socket = path.join(desk.home, 's');
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once('listening', resolve));
    mkdirSync(path.join(desk.home, 'folder.json'));
    expect(await codeFor(pipe)).toBe('not-a-file');
    expect(await codeFor(socket)).toBe('not-a-file');
    expect(await codeFor('/dev/zero')).toBe('not-a-file');
    expect(await codeFor(path.join(desk.home, 'folder.json'))).toBe('not-a-file');
    server.close();
  });

  test('says that a link leads nowhere, or in a circle', async () => {
    symlinkSync('gone.json', path.join(desk.home, 'broken'));
    symlinkSync('b', path.join(desk.home, 'a'));
    symlinkSync('a', path.join(desk.home, 'b'));
    expect(await codeFor(path.join(desk.home, 'broken'))).toBe('link-broken');
    expect(await codeFor(path.join(desk.home, 'a'))).toBe('link-broken');
  });

  test('tells absent from unreadable', async () => {
    const file = desk.put('file', 'x');
    expect(await codeFor(path.join(desk.home, 'none'))).toBe('absent');
    expect(await codeFor(path.join(file, 'below'))).toBe('absent');
    expect(await codeFor(path.join(desk.home, 'n'.repeat(300)))).toBe('unreadable');
    expect(await codeFor(path.join(desk.home, 'nul\0'))).toBe('unreadable');
  });

  test('says that it may not read', async () => {
    const secret = desk.put('secret.json', '{}');
    const below = desk.put('closed/a.json', '{}');
    chmodSync(secret, 0);
    chmodSync(path.dirname(below), 0);
    chmodSync(desk.root, 0o755);
    expect(await asNobody(() => codeFor(secret))).toBe('unreadable');
    expect(await asNobody(() => codeFor(below))).toBe('unreadable');
    chmodSync(path.dirname(below), 0o755);
  });

  test('takes 10 MB and no byte more', async () => {
    const file = desk.put('large.json', '');
    truncateSync(file, maxConfigBytes);
    expect(await codeFor(file)).toBe('read');
    truncateSync(file, maxConfigBytes + 1);
    expect(await codeFor(file)).toBe('too-large');
  });
});

describe('a pattern', () => {
  const match = (tail: string[]) => matchPattern({ base: desk.home, tail });

  test('matches within one name, in order', async () => {
    for (const name of ['Claude_b', 'Claude_a', 'xClaude_c', 'Claude']) desk.put(`${name}/f`, '');
    expect(await match(['Claude_*', 'f'])).toEqual(
      ['Claude_a', 'Claude_b'].map((name) => path.join(desk.home, name, 'f')),
    );
  });

  test('takes what else is in it literally', async () => {
    for (const name of ['a.b', 'axb']) writeFileSync(path.join(desk.home, name), '');
    expect(await match(['*.b'])).toEqual([path.join(desk.home, 'a.b')]);
  });

  test('names nothing where there is no folder, or a file instead', async () => {
    desk.put('file', '');
    expect(await match(['none', '*', 'f'])).toEqual([]);
    expect(await match(['file', '*', 'f'])).toEqual([]);
  });

  test('names no more than a scan can bear', async () => {
    for (let index = 0; index < 510; index += 1) mkdirSync(path.join(desk.home, `p${index}`));
    expect(await match(['*'])).toHaveLength(500);
  });
});
