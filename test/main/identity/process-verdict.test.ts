import { describe, expect, test } from 'vitest';
import { programsOf } from '../../../main/identity/client-programs.ts';
import type { CodeSignature } from '../../../main/identity/code-signature.ts';
import type { ProcessFacts } from '../../../main/identity/process-listing.ts';
import { callerIn, processFinding, verdictOn } from '../../../main/identity/process-verdict.ts';

const one = (path: string | undefined, command?: string): ProcessFacts => ({
  pid: 40,
  parentPid: 39,
  ...(path === undefined ? {} : { path }),
  ...(command === undefined ? {} : { command }),
});
const client = (id: string) => ({ id, name: id });

describe('a process', () => {
  test.each<[string, NodeJS.Platform, ProcessFacts, string]>([
    ['cursor', 'linux', one('/usr/share/cursor/cursor'), 'matches'],
    ['cursor', 'linux', one('/tmp/.mount_Cursor1/usr/share/cursor/cursor'), 'matches'],
    [
      'cursor',
      'darwin',
      one(
        '/Applications/Cursor.app/Contents/Frameworks/Cursor Helper (Plugin).app/Contents/MacOS/Cursor Helper (Plugin)',
      ),
      'matches',
    ],
    [
      'cursor',
      'win32',
      one('C:\\Users\\A\\AppData\\Local\\Programs\\cursor\\Cursor.exe'),
      'matches',
    ],
    ['cursor', 'linux', one('/home/a/.cursor-server/bin/abc/node', 'node x.js'), 'matches'],
    ['cursor', 'linux', one('/usr/bin/python3', 'python3 /tmp/cursor-thief.py'), 'unexpected'],
    ['cursor', 'linux', one('/usr/bin/curl', 'curl cursor'), 'unexpected'],
    ['vscode', 'win32', one('C:\\Program Files\\Microsoft VS Code\\Code.exe'), 'matches'],
    ['vscode', 'linux', one('/usr/share/cursor/cursor'), 'unexpected'],
    ['cline', 'linux', one('/usr/share/cursor/cursor'), 'matches'],
    [
      'claude-code',
      'linux',
      one('/home/a/.local/share/claude/versions/2.1.197', 'claude'),
      'matches',
    ],
    [
      'claude-code',
      'linux',
      one('/usr/bin/node', 'node /usr/lib/node_modules/@anthropic-ai/claude-code/cli.js'),
      'matches',
    ],
    ['claude-code', 'darwin', one('/opt/homebrew/bin/node', 'claude'), 'matches'],
    [
      'claude-code',
      'win32',
      one(
        'C:\\Program Files\\nodejs\\node.exe',
        '"node" C:\\n\\node_modules\\@anthropic-ai\\claude-code\\cli.js',
      ),
      'matches',
    ],
    [
      'claude-desktop',
      'win32',
      one('C:\\Program Files\\WindowsApps\\Claude_1_x64__pzs8sxrjxfjjc\\app\\Claude.exe'),
      'matches',
    ],
    [
      'gemini-cli',
      'linux',
      one('/usr/bin/node', 'node --no-warnings /usr/local/bin/gemini'),
      'matches',
    ],
    ['gemini-cli', 'linux', one('/usr/bin/node', 'node /tmp/evil.js --as gemini'), 'unexpected'],
    [
      'codex',
      'linux',
      one('/usr/lib/node_modules/@openai/codex/vendor/x86_64-unknown-linux-musl/codex/codex'),
      'matches',
    ],
    [
      'jetbrains-ai',
      'linux',
      one('/opt/idea/jbr/bin/java', 'java -Xmx1g com.intellij.idea.Main'),
      'matches',
    ],
    ['jetbrains-ai', 'linux', one('/usr/bin/java', 'java -jar evil.jar'), 'unexpected'],
    ['librechat', 'linux', one('/usr/bin/node'), 'unknown'],
    ['constructor', 'linux', one('/usr/bin/node'), 'unknown'],
  ])('for %s on %s: %j is %s', (id, platform, facts, verdict) => {
    expect(verdictOn([facts], [client(id)], platform).verdict).toBe(verdict);
  });

  test('may be that of any client that reads the same file', () => {
    const caller = [one('/usr/share/cursor/cursor')];
    expect(verdictOn(caller, [client('vscode'), client('cursor')], 'linux').verdict).toBe(
      'matches',
    );
    const stranger = [one('/usr/bin/python3')];
    expect(verdictOn(stranger, [client('vscode'), client('cursor')], 'linux').verdict).toBe(
      'unexpected',
    );
    expect(verdictOn(stranger, [client('vscode'), client('librechat')], 'linux').verdict).toBe(
      'unknown',
    );
    expect(verdictOn(stranger, [], 'linux').verdict).toBe('unknown');
  });

  test('that nobody can see is unknown', () => {
    expect(verdictOn([], [client('cursor')], 'linux')).toEqual({
      verdict: 'unknown',
      sentence: 'Which program uses the connection of cursor cannot be told.',
    });
  });
});

describe('the caller', () => {
  test('is the nearest that is no shell or starter', () => {
    const chain = [
      one('/bin/bash', 'bash -c x'),
      one('C:\\Windows\\System32\\cmd.exe'),
      one('/Applications/Claude.app/Contents/Helpers/disclaimer'),
      one('/usr/bin/python3'),
      one('/usr/share/cursor/cursor'),
    ];
    expect(callerIn(chain)?.path).toBe('/usr/bin/python3');
    expect(verdictOn(chain, [client('cursor')], 'linux').verdict).toBe('unexpected');
  });

  test('is named by its command where its program is hidden', () => {
    expect(callerIn([one(undefined, '"/opt/my apps/cursor" --x')])).toBeDefined();
    expect(
      verdictOn([one(undefined, '/usr/bin/cursor')], [client('cursor')], 'linux').verdict,
    ).toBe('matches');
    expect(callerIn([one('/bin/sh'), one('/bin/zsh')])).toBeUndefined();
  });
});

describe('a signature', () => {
  const mac = '/Applications/Cursor.app/Contents/MacOS/Cursor';
  const windows = 'C:\\x\\Cursor.exe';

  test.each<[NodeJS.Platform, string, CodeSignature, string]>([
    ['darwin', mac, { state: 'signed', signer: 'VDXQ22DGB9' }, 'matches'],
    ['darwin', mac, { state: 'signed', signer: 'EVIL000000' }, 'unexpected'],
    ['darwin', mac, { state: 'none' }, 'unexpected'],
    ['darwin', mac, { state: 'unknown' }, 'matches'],
    ['win32', windows, { state: 'signed', signer: 'Anysphere, Inc.' }, 'matches'],
    ['win32', windows, { state: 'invalid' }, 'unexpected'],
    ['linux', '/usr/bin/cursor', { state: 'none' }, 'matches'],
  ])('on %s of %s: %j is %s', (platform, path, signature, verdict) => {
    expect(verdictOn([one(path)], [client('cursor')], platform, signature).verdict).toBe(verdict);
  });

  test('is asked of no client whose signer is not known', () => {
    const witsy = '/Applications/Witsy.app/Contents/MacOS/Witsy';
    expect(verdictOn([one(witsy)], [client('witsy')], 'darwin', { state: 'none' }).verdict).toBe(
      'matches',
    );
  });
});

describe('the finding', () => {
  test('names program and client, tells what to do, and holds no command line', () => {
    const caller = one('/usr/bin/python3', 'python3 thief.py --token=s3cret');
    const finding = processFinding(
      verdictOn([caller], [{ id: 'cursor', name: 'Cursor' }], 'linux'),
    );
    expect(finding).toMatchObject({
      code: 'unexpected-process',
      severity: 'medium',
      place: 'process',
      owasp: 'MCP07:2025 Insufficient Authentication & Authorization',
    });
    expect(finding?.message).toContain(
      '/usr/bin/python3 (process 40) uses the connection of Cursor',
    );
    expect(finding?.message).not.toContain('s3cret');
  });

  test('is there for nothing else', () => {
    expect(processFinding({ verdict: 'matches', sentence: '' })).toBeUndefined();
    expect(processFinding({ verdict: 'unknown', sentence: '' })).toBeUndefined();
  });
});

test('every name and path to compare with is in lower case, and every path has a slash', () => {
  for (const id of ['cursor', 'vscode', 'claude-code', 'cline', 'jetbrains-ai', 'codex', 'goose']) {
    const known = programsOf(id);
    const texts = [
      ...(known?.apps.flatMap(({ programs }) => programs) ?? []),
      ...(known?.paths ?? []),
    ];
    expect(texts.length).toBeGreaterThan(0);
    expect(texts).toEqual(texts.map((text) => text.toLowerCase()));
    expect(known?.paths.every((path) => path.startsWith('/'))).toBe(true);
  }
});
