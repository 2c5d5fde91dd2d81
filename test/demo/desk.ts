import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { aHome, type Home, root } from '../e2e/airlock-app.ts';

/** The secret that Cursor's config holds in plain text at first. Shaped like a token, worth nothing. */
export const secret = 'demo-secret-value-1234567890';

/** One client of the desk: where its config lies below the home, and under which key its servers stand. */
export interface DeskClient {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly key: 'mcpServers' | 'servers';
}

const application = (name: string): string =>
  process.platform === 'darwin' ? `Library/Application Support/${name}` : `.config/${name}`;

export const cursor: DeskClient = {
  id: 'cursor',
  name: 'Cursor',
  file: '.cursor/mcp.json',
  key: 'mcpServers',
};
export const claudeDesktop: DeskClient = {
  id: 'claude-desktop',
  name: 'Claude Desktop',
  file: `${application('Claude')}/claude_desktop_config.json`,
  key: 'mcpServers',
};
export const claudeCode: DeskClient = {
  id: 'claude-code',
  name: 'Claude Code',
  file: '.claude.json',
  key: 'mcpServers',
};
export const vscode: DeskClient = {
  id: 'vscode',
  name: 'VS Code',
  file: `${application('Code')}/User/mcp.json`,
  key: 'servers',
};
export const clients: readonly DeskClient[] = [claudeDesktop, claudeCode, cursor, vscode];

/** A throw-away home of somebody who uses four AI clients, with every config as it was at first. */
export interface Desk extends Home {
  /** The folder the agents work in. */
  readonly work: string;
  readonly originals: ReadonlyMap<string, string>;
}

const serverFile = (path: string): string => join(root, 'node_modules/@modelcontextprotocol', path);

/** Puts a start script where a package manager would, so that configs look as they do in the field. */
function installServer(home: Home, name: string, file: string, ...args: string[]): string {
  const words = [process.execPath, file, ...args].map((word) => `'${word}'`).join(' ');
  const script = home.write(`.local/bin/${name}`, `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}

/** Makes the home. */
export function openDesk(): Desk {
  const home = aHome();
  const work = join(home.path, 'work');
  home.write('work/notes.txt', 'remember the milk\n');
  const files = installServer(
    home,
    'mcp-server-filesystem',
    serverFile('server-filesystem/dist/index.js'),
  );
  const everything = installServer(
    home,
    'mcp-server-everything',
    serverFile('server-everything/dist/index.js'),
    'stdio',
  );
  const weather = installServer(
    home,
    'mcp-server-weather',
    join(root, 'test/fakes/poisoned-server.mjs'),
  );
  const texts: readonly (readonly [DeskClient, string])[] = [
    [claudeDesktop, claudeDesktopText(files, work)],
    [claudeCode, claudeCodeText(home.path, everything)],
    [cursor, cursorText({ files, weather, everything, work })],
    [vscode, vscodeText(files, work)],
  ];
  for (const [client, text] of texts) home.write(client.file, text);
  return {
    ...home,
    work,
    originals: new Map(texts.map(([client, text]) => [client.file, text])),
  };
}

/** Strict JSON, four spaces, no newline at the end. */
const claudeDesktopText = (files: string, work: string): string =>
  JSON.stringify(
    {
      globalShortcut: 'Ctrl+Space',
      mcpServers: { files: { command: files, args: [work] } },
      preferences: { menuBarEnabled: true, scale: 1.25 },
    },
    null,
    4,
  );

/** A file that is mostly not about servers, with a number no double can hold. */
const claudeCodeText = (home: string, everything: string): string => `{
  "numStartups": 184,
  "installMethod": "native",
  "cachedGrowthBookFeatures": {"id": 12345678901234567890, "ratio": 1.0},
  "tipsHistory": { "new-user-warmup": 3, "ide-hotkey": 181 },
  "mcpServers": {
    "everything": {
      "type": "stdio",
      "command": ${JSON.stringify(everything)},
      "args": [],
      "env": {}
    }
  },
  "projects": {
    ${JSON.stringify(join(home, 'work'))}: { "allowedTools": [], "history": [{"display": "say \\u00e9"}] }
  },
  "userID": "5f0c"
}
`;

const cursorText = (at: {
  readonly files: string;
  readonly weather: string;
  readonly everything: string;
  readonly work: string;
}): string =>
  `${JSON.stringify(
    {
      mcpServers: {
        files: { command: at.files, args: [at.work] },
        weather: { command: at.weather, args: [] },
        everything: { command: at.everything, args: [], env: { DEMO_TOKEN: secret } },
      },
    },
    null,
    2,
  )}\n`;

/** JSON with comments, trailing commas and tabs, as VS Code reads it. */
const vscodeText = (files: string, work: string): string => `{
\t// the team's servers; keep this comment
\t"inputs": [
\t\t{ "id": "crm-key", "type": "promptString", "description": "CRM key", "password": true },
\t],
\t"servers": {
\t\t"files": {
\t\t\t"type": "stdio",
\t\t\t"command": ${JSON.stringify(files)}, /* reads and writes below work/ */
\t\t\t"args": [
\t\t\t\t${JSON.stringify(work)}, // one folder only
\t\t\t],
\t\t},
\t},
}
`;
