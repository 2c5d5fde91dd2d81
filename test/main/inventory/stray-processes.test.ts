import { describe, expect, test } from 'vitest';
import type { RunningProcess } from '../../../main/inventory/running-process.ts';
import {
  findStray,
  type KnownEntry,
  type KnownProcesses,
} from '../../../main/inventory/stray-processes.ts';

const argvOf = (line: string) => line.split(' ');
const init: RunningProcess = { pid: 1, ppid: 0, name: 'systemd', argv: ['/sbin/init'] };
const run = (pid: number, ppid: number, line: string, name?: string): RunningProcess => ({
  pid,
  ppid,
  argv: argvOf(line),
  name: name ?? (argvOf(line)[0] ?? '').split('/').at(-1) ?? '',
});
const entry = (line: string, more: Partial<KnownEntry> = {}): KnownEntry => {
  const [command = '', ...args] = argvOf(line);
  return { clientName: 'Cursor', name: 'one', command, args, protected: false, ...more };
};
const known = (more: Partial<KnownProcesses> = {}): KnownProcesses => ({
  entries: [],
  pids: new Set(),
  mask: (text) => text.replace(/(token=)\S+/i, '$1•••').replace(/sk-\w+/g, 'sk-•••'),
  visible: (text) => text.replaceAll('\u202e', '\\u{202e}'),
  ...more,
});
const found = (processes: RunningProcess[], more: Partial<KnownProcesses> = {}) =>
  findStray([init, ...processes], known(more)).map(({ pid }) => pid);

describe('what looks like an MCP server', () => {
  test.each([
    'npx -y @modelcontextprotocol/server-everything',
    'npm exec @modelcontextprotocol/server-filesystem /tmp',
    'npx -y @playwright/mcp@latest',
    'node /h/.npm/_npx/1/node_modules/@upstash/context7-mcp/dist/index.js',
    'node /h/.npm/_npx/1/node_modules/.bin/mcp-server-memory',
    'node /h/work/my-mcp-server/dist/index.js',
    'node /h/work/weather_mcp/build/src/server.js',
    'node /h/work/tools/mcpServer.js',
    'uvx mcp-server-git',
    'python3 -m mcp_server_time',
    '/v/bin/python3 /v/bin/mcp-server-fetch',
    '/v/bin/python3 /v/bin/mcp run server.py',
    'uv run mcp run server.py',
    '/v/bin/fastmcp run server.py',
    'docker run -i --rm mcp/filesystem /a',
    'docker run -i -e X ghcr.io/github/github-mcp-server',
    'docker mcp gateway run',
    '/usr/local/bin/github-mcp-server stdio',
    'C:\\tools\\github-mcp-server.exe stdio',
    'npx -y @wonderwhy-er/desktop-commander',
    'npx mcp-remote https://mcp.example.com/sse',
    'java -jar /a/spring-mcp-server.jar',
    'bun run /h/x-mcp/index.ts',
    'deno run -A npm:@s/thing-mcp',
  ])('%s', (line) => {
    expect(found([run(10, 1, line)])).toEqual([10]);
  });
});

describe('what does not, in a project named after MCP and elsewhere', () => {
  const project = '/h/work/mcp-gateway';
  test.each([
    `node ${project}/node_modules/typescript/lib/tsserver.js --useInferredProjectPerProjectRoot`,
    `node /u/Code/resources/app/extensions/node_modules/typescript/lib/tsserver.js --cancellationPipeName ${project}/x`,
    `node ${project}/node_modules/.bin/vite --port 3000`,
    `node ${project}/node_modules/.bin/eslint .`,
    `node ${project}/node_modules/vitest/vitest.mjs run mcp`,
    `node ${project}/scripts/build.js`,
    `node /u/Code/extensions/json-language-features/server/dist/node/jsonServerMain --node-ipc`,
    `/u/Code/code --type=utility --folder-uri=file://${project}`,
    `pylsp --check ${project}`,
    `python3 -m pylsp`,
    `python3 -m http.server --directory ${project}`,
    `gopls -mode=stdio`,
    `rust-analyzer`,
    `clangd --compile-commands-dir=${project}`,
    `java -jar /u/jdtls/org.eclipse.equinox.launcher.jar -data ${project}`,
    `vim ${project}/src/mcp-server.ts`,
    `tail -f /var/log/mcp-server.log`,
    `grep -r mcp .`,
    `git clone https://github.com/x/mcp-server`,
    `docker run -d postgres:16`,
    `docker run --name mcp-db -e POSTGRES_DB=mcp postgres`,
    `npx @modelcontextprotocol/inspector`,
    `npx mcporter list`,
    `npm run mcp:dev`,
    `node /h/node_modules/@modelcontextprotocol/sdk/dist/cli.js`,
    `claude mcp list`,
    `/v/bin/mcp version`,
    `sh -c "tail -f mcp.log"`,
    `/h/.airlock/bin/airlock-bridge con_1`,
    `/usr/bin/tmcpd`,
    `/usr/bin/dhcpcd`,
    `node /h/work/webapp/index.js`,
  ])('%s', (line) => {
    expect(found([run(10, 1, line)])).toEqual([]);
  });
});

describe('what explains a server', () => {
  const server = run(10, 1, 'npx -y @modelcontextprotocol/server-filesystem /tmp');

  test('an entry with the same package and arguments, however the process shows it', () => {
    const entries = [entry('npx -y @modelcontextprotocol/server-filesystem /tmp')];
    for (const line of [
      'npx -y @modelcontextprotocol/server-filesystem /tmp',
      'npm exec @modelcontextprotocol/server-filesystem /tmp',
      'node /h/.npm/_npx/1/node_modules/.bin/mcp-server-filesystem /tmp',
      'node /h/_npx/1/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js /tmp',
    ]) {
      expect(found([run(10, 1, line)], { entries })).toEqual([]);
    }
  });

  test('an entry of uvx explains the Python that it becomes', () => {
    const entries = [entry('uvx mcp-server-time --tz UTC')];
    expect(
      found([run(10, 1, '/v/bin/python /v/bin/mcp-server-time --tz UTC')], { entries }),
    ).toEqual([]);
    expect(found([run(10, 1, 'python -m mcp_server_time --tz UTC')], { entries })).toEqual([]);
  });

  test('the same package with other arguments is another server', () => {
    const entries = [entry('npx -y @modelcontextprotocol/server-filesystem /home')];
    expect(found([server], { entries })).toEqual([10]);
  });

  test('placeholders and secrets of the entry stand for whatever the client put there', () => {
    const placeholder = `$${'{workspaceFolder}'}`;
    const entries = [entry(`npx foo-mcp --root ${placeholder}/src --token •••••• -x`)];
    expect(found([run(10, 1, 'npx foo-mcp --root /a/src --token sk-1 -x')], { entries })).toEqual(
      [],
    );
    expect(found([run(10, 1, 'npx foo-mcp --root /a/lib --token sk-1 -x')], { entries })).toEqual([
      10,
    ]);
    expect(found([run(10, 1, 'npx foo-mcp --root /a/src --token sk-1 -y')], { entries })).toEqual([
      10,
    ]);
  });

  test('a process of ours and everything below it', () => {
    const own = [
      run(5, 1, '/opt/airlock'),
      run(10, 5, 'npm exec foo-mcp'),
      run(11, 10, 'node /n/node_modules/.bin/foo-mcp'),
    ];
    expect(found(own, { pids: new Set([5]) })).toEqual([]);
    expect(found(own)).toEqual([10]);
  });

  test('the mark of a session, on the process or above it', () => {
    const marked = { ...run(10, 1, 'npm exec foo-mcp'), marker: 'session' };
    expect(found([marked, run(11, 10, 'node /n/node_modules/.bin/foo-mcp')])).toEqual([]);
  });

  test('a protected entry does not explain a server outside of Airlock: its client was not started again', () => {
    const entries = [
      entry('npx -y @modelcontextprotocol/server-filesystem /tmp', {
        protected: true,
        name: 'files',
      }),
    ];
    const [stray] = findStray([init, server], known({ entries }));
    expect(stray?.reason).toBe(
      'It is the server of the protected entry files, but runs without Airlock. Start Cursor again.',
    );
  });
});

describe('what is told of a stray server', () => {
  test('only the topmost of a tree', () => {
    const tree = [
      run(10, 1, 'npm exec foo-mcp'),
      run(11, 10, 'sh -c foo-mcp'),
      run(12, 11, 'node /n/node_modules/.bin/foo-mcp'),
    ];
    expect(found(tree)).toEqual([10]);
  });

  test('its parents and the app it runs below', () => {
    const processes = [
      init,
      run(3, 1, '/usr/share/cursor/cursor', 'cursor'),
      run(4, 3, '/usr/share/cursor/cursor --type=utility', 'cursor'),
      run(10, 4, 'npm exec foo-mcp', 'npm exec foo-mc'),
    ];
    expect(findStray(processes, known())).toEqual([
      {
        pid: 10,
        command: 'npm exec foo-mcp',
        parents: [
          { pid: 4, name: 'cursor' },
          { pid: 3, name: 'cursor' },
          { pid: 1, name: 'systemd' },
        ],
        app: 'Cursor',
        clientId: 'cursor',
        reason: 'It runs the npm package foo-mcp, which looks like an MCP server.',
      },
    ]);
  });

  test.each([
    ['Claude', 'claude-desktop', '/Applications/Claude.app/Contents/MacOS/Claude'],
    ['claude', 'claude-code', 'claude'],
    ['node', 'claude-code', 'node /n/node_modules/@anthropic-ai/claude-code/cli.js'],
    ['node', 'gemini-cli', 'node /n/node_modules/.bin/gemini'],
    ['Code.exe', 'vscode', 'C:\\vs\\Code.exe'],
    ['Code Helper (Plugin)', 'vscode', '/x/Code Helper'],
  ])('%s is %s', (name, clientId, line) => {
    const processes = [run(3, 1, line, name), run(10, 3, 'npx foo-mcp')];
    expect(findStray([init, ...processes], known())[0]?.clientId).toBe(clientId);
  });

  test('an unknown app by its name, past shells and runners; none below init alone', () => {
    const processes = [
      run(3, 1, '/opt/my-agent', 'my-agent'),
      run(4, 3, 'bash'),
      run(10, 4, 'npx foo-mcp'),
    ];
    const [stray] = findStray([init, ...processes], known());
    expect(stray).toMatchObject({ app: 'my-agent' });
    expect(stray?.clientId).toBeUndefined();
    expect(findStray([init, run(10, 1, 'npx foo-mcp')], known())[0]?.app).toBeUndefined();
  });

  test('its secrets masked and hidden characters shown', () => {
    const line = 'npx foo-mcp --token abc sk-123 a\u202eb';
    expect(findStray([init, run(10, 1, line)], known())[0]?.command).toBe(
      'npx foo-mcp --token •••••• sk-••• a\\u{202e}b',
    );
  });

  test('no more than a line of a long command, and a circle of parents ends', () => {
    const long = run(10, 11, `npx foo-mcp ${'x'.repeat(5_000)}`);
    const [stray] = findStray([long, run(11, 10, 'bash')], known());
    expect(stray?.command.length).toBe(301);
    expect(stray?.parents).toEqual([{ pid: 11, name: 'bash' }]);
  });
});
