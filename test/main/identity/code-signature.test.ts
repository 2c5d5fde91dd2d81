import { describe, expect, test } from 'vitest';
import {
  parseAuthenticode,
  parseCodesign,
  signatureQuery,
} from '../../../main/identity/code-signature.ts';

const claude = `Executable=/Applications/Claude.app/Contents/MacOS/Claude
Identifier=com.anthropic.claudefordesktop
Format=app bundle with Mach-O universal (x86_64 arm64)
CodeDirectory v=20500 size=510 flags=0x10000(runtime) hashes=5+7 location=embedded
Signature size=9046
Authority=Developer ID Application: Anthropic PBC (Q6L2SF6YDW)
Authority=Developer ID Certification Authority
Authority=Apple Root CA
Timestamp=1. Nov 2026 at 10:00:00
TeamIdentifier=Q6L2SF6YDW
Sealed Resources version=2 rules=13 files=30
`;

describe('what codesign says', () => {
  test.each<[string, string, object]>([
    ['an app', claude, { state: 'signed', signer: 'Q6L2SF6YDW' }],
    [
      'a program of the system',
      'Authority=Software Signing\nTeamIdentifier=not set\n',
      { state: 'signed', signer: 'Apple' },
    ],
    ['one signed by the linker', 'Signature=adhoc\nTeamIdentifier=not set\n', { state: 'none' }],
    ['one not signed', '/tmp/x: code object is not signed at all\n', { state: 'none' }],
    ['one that is gone', '/tmp/x: No such file or directory\n', { state: 'unknown' }],
  ])('of %s', (_, text, signature) => {
    expect(parseCodesign(text)).toEqual(signature);
  });
});

describe('what Windows says', () => {
  test.each<[string, unknown, object]>([
    [
      'an app',
      {
        Status: 'Valid',
        Subject: 'CN="Anysphere, Inc.", O="Anysphere, Inc.", L=San Francisco, S=California, C=US',
      },
      { state: 'signed', signer: 'Anysphere, Inc.' },
    ],
    [
      'another',
      { Status: 'Valid', Subject: 'CN=Microsoft Corporation, O=Microsoft Corporation, C=US' },
      { state: 'signed', signer: 'Microsoft Corporation' },
    ],
    [
      'a name with O= inside',
      { Status: 'Valid', Subject: 'CN="x, O=Microsoft Corporation", O="A ""B"" C"' },
      { state: 'signed', signer: 'A "B" C' },
    ],
    [
      'one changed since',
      { Status: 'HashMismatch', Subject: 'O=Microsoft Corporation' },
      { state: 'invalid' },
    ],
    ['one not signed', { Status: 'NotSigned', Subject: null }, { state: 'none' }],
    ['something else', { Status: 'NotSupportedFileFormat' }, { state: 'unknown' }],
    ['nothing', null, { state: 'unknown' }],
  ])('of %s', (_, answer, signature) => {
    expect(parseAuthenticode(JSON.stringify(answer))).toEqual(signature);
  });

  test('in words is no answer', () => {
    expect(parseAuthenticode('File not found')).toEqual({ state: 'unknown' });
  });
});

describe('the question', () => {
  test('is for the systems that sign programs', () => {
    expect(signatureQuery('/opt/x', 'linux')).toBeUndefined();
    expect(signatureQuery('/Applications/X.app/Contents/MacOS/X', 'darwin')).toEqual({
      command: '/usr/bin/codesign',
      args: ['-dv', '--verbose=2', '/Applications/X.app/Contents/MacOS/X'],
    });
  });

  test('cannot be broken out of by a file’s name', () => {
    const script = signatureQuery("C:\\a'; calc;\u2019b.exe", 'win32')?.args.at(-1);
    expect(script).toContain("-LiteralPath 'C:\\a''; calc;\u2019\u2019b.exe' |");
  });
});
