import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Launch, readLaunch } from '../../../main/inventory/launch.ts';

const npm = (name: string, rest: string[] = [], version?: string): Launch => ({
  kind: 'npm',
  name,
  rest,
  ...(version === undefined ? {} : { version }),
});

const words = (line: string) => line.split(' ');

describe('a command line is read through its runners', () => {
  test.each<[string, Launch]>([
    [
      'npx -y @modelcontextprotocol/server-filesystem /tmp',
      npm('@modelcontextprotocol/server-filesystem', ['/tmp']),
    ],
    ['npx -y foo-mcp@1.2.3 --port 1', npm('foo-mcp', ['--port', '1'], '1.2.3')],
    ['npx -y @scope/foo-mcp@latest', npm('@scope/foo-mcp')],
    ['npx --package=@scope/foo-mcp foo --x', npm('@scope/foo-mcp', ['--x'])],
    ['npx -p foo-mcp foo', npm('foo-mcp')],
    ['npm exec -- foo-mcp a', npm('foo-mcp', ['a'])],
    ['npm exec foo-mcp a', npm('foo-mcp', ['a'])],
    ['pnpm dlx foo-mcp', npm('foo-mcp')],
    ['yarn dlx foo-mcp', npm('foo-mcp')],
    ['bunx foo-mcp', npm('foo-mcp')],
    ['bun x foo-mcp', npm('foo-mcp')],
    ['deno run -A npm:@scope/foo-mcp', npm('@scope/foo-mcp')],
    ['C:\\nodejs\\npx.cmd -y foo-mcp', npm('foo-mcp')],
    ['cmd /c npx -y foo-mcp', npm('foo-mcp')],
    ['env A=1 B=2 npx foo-mcp', npm('foo-mcp')],
    ['node /usr/lib/node_modules/npm/bin/npx-cli.js -y foo-mcp', npm('foo-mcp')],
    ['node /home/a/.npm/_npx/1/node_modules/@s/foo-mcp/dist/index.js x', npm('@s/foo-mcp', ['x'])],
    ['node --no-warnings -r ./hook.js node_modules/foo-mcp/index.js', npm('foo-mcp')],
    [
      'node /a/node_modules/.bin/mcp-server-git x',
      { kind: 'bin', name: 'mcp-server-git', rest: ['x'] },
    ],
    [
      'node /a/node_modules/.bin/tsx src/server.ts',
      { kind: 'script', name: 'src/server.ts', rest: [] },
    ],
    ['tsx watch src/server.ts', { kind: 'script', name: 'src/server.ts', rest: [] }],
    [
      'node --inspect=0 /a/mcp/index.js --x',
      { kind: 'script', name: '/a/mcp/index.js', rest: ['--x'] },
    ],
    [
      'uvx mcp-server-time --tz UTC',
      { kind: 'pypi', name: 'mcp-server-time', rest: ['--tz', 'UTC'] },
    ],
    [
      'uvx mcp-server-time==0.6.2',
      { kind: 'pypi', name: 'mcp-server-time', version: '0.6.2', rest: [] },
    ],
    ['uvx --from git+https://host/x foo-mcp', { kind: 'pypi', name: 'foo-mcp', rest: [] }],
    [
      'uvx --from mcp-tools[all]==2.0 serve',
      { kind: 'pypi', name: 'mcp-tools', version: '2.0', rest: [] },
    ],
    ['uv tool run foo-mcp', { kind: 'pypi', name: 'foo-mcp', rest: [] }],
    ['uv tool uvx foo-mcp', { kind: 'pypi', name: 'foo-mcp', rest: [] }],
    ['uv --directory /a/x run foo-mcp y', { kind: 'program', name: 'foo-mcp', rest: ['y'] }],
    ['uv run --with mcp server.py', { kind: 'script', name: 'server.py', rest: [] }],
    ['uv run -m mcp_server_x', { kind: 'module', name: 'mcp_server_x', rest: [] }],
    ['pipx run foo-mcp', { kind: 'pypi', name: 'foo-mcp', rest: [] }],
    [
      'python3.12 -u -m mcp_server_time --tz UTC',
      { kind: 'module', name: 'mcp_server_time', rest: ['--tz', 'UTC'] },
    ],
    ['python -m foo -c x', { kind: 'module', name: 'foo', rest: ['-c', 'x'] }],
    [
      '/v/bin/python /v/bin/mcp-server-time a',
      { kind: 'script', name: '/v/bin/mcp-server-time', rest: ['a'] },
    ],
    [
      'docker run -i --rm -e TOKEN ghcr.io/github/github-mcp-server',
      { kind: 'oci', name: 'ghcr.io/github/github-mcp-server', rest: [] },
    ],
    [
      'docker run --rm -i mcp/git:1.0 a',
      { kind: 'oci', name: 'mcp/git', version: '1.0', rest: ['a'] },
    ],
    [
      'podman run -v /a:/b localhost:5000/x/mcp:latest',
      { kind: 'oci', name: 'localhost:5000/x/mcp', rest: [] },
    ],
    [
      'docker run --network=host mcp/git@sha256:ab',
      { kind: 'oci', name: 'mcp/git', version: 'sha256:ab', rest: [] },
    ],
    ['docker container run -i mcp/git', { kind: 'oci', name: 'mcp/git', rest: [] }],
    ['docker mcp gateway run', { kind: 'program', name: 'docker-mcp', rest: ['gateway', 'run'] }],
    ['java -jar /a/foo-mcp.jar x', { kind: 'script', name: '/a/foo-mcp.jar', rest: ['x'] }],
    [
      '/usr/bin/github-mcp-server stdio',
      { kind: 'program', name: '/usr/bin/github-mcp-server', rest: ['stdio'] },
    ],
  ])('%s', (line, expected) => {
    expect(readLaunch(words(line))).toEqual(expected);
  });

  test('a shell is looked through where it runs one plain command', () => {
    expect(readLaunch(['sh', '-c', 'npx -y foo-mcp "a b"'])).toEqual(npm('foo-mcp', ['a b']));
    expect(readLaunch(['bash', '-lc', 'exec npx foo-mcp'])).toEqual(npm('foo-mcp'));
    expect(readLaunch(['sh', '-c', 'cd /a && npx foo-mcp'])).toBeUndefined();
  });

  test.each([
    [],
    [''],
    ['node'],
    ['node', '-e', 'x', 'mcp.js'],
    ['python', '-c', 'import mcp'],
    ['npm', 'run', 'mcp'],
    ['uv', 'pip', 'install', 'mcp'],
    ['docker', 'ps'],
    ['docker', 'run'],
    ['npx'],
    ['java', 'Main'],
    ['bash'],
  ])('names nothing: %j %s', (...argv) => {
    expect(readLaunch(argv)).toBeUndefined();
  });

  test('never throws, and always ends, whatever the words are', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'npx',
        'node',
        'sh',
        '-c',
        '--',
        '-p',
        'uv',
        'run',
        'env',
        'docker',
        'tsx',
        '.bin/tsx',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (argv) => {
        const launch = readLaunch(argv);
        expect(launch === undefined || launch.name !== '').toBe(true);
      }),
    );
  });
});
