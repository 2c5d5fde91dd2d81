/** An app of a client: its program files, and where known who signs it. */
export interface ClientApp {
  /** Names of the program files in lower case, without `.exe`. */
  readonly programs: readonly string[];
  /** The macOS bundle without `.app`; its helpers stand inside it. */
  readonly bundle?: string;
  /** The Apple team that signs the bundle. */
  readonly team?: string;
  /** The organisation in the certificate of the Windows program. */
  readonly publisher?: string;
}

/** What a client is known to run as. */
export interface ClientPrograms {
  readonly apps: readonly ClientApp[];
  /** Parts of a path, with `/`, of programs and scripts: packages of command line tools, remote parts of editors. */
  readonly paths: readonly string[];
}

const app = (
  bundle: string,
  programs: readonly string[],
  signed: Pick<ClientApp, 'team' | 'publisher'> = {},
): ClientApp => ({ bundle, programs, ...signed });

/** A command line tool: its program or script by name, and its package. */
const tool = (programs: readonly string[], ...paths: readonly string[]): ClientPrograms => ({
  apps: [{ programs }],
  paths,
});

const joined = (...parts: readonly ClientPrograms[]): ClientPrograms => ({
  apps: parts.flatMap(({ apps }) => apps),
  paths: parts.flatMap(({ paths }) => paths),
});

const microsoft = { team: 'UBF8T346G9', publisher: 'Microsoft Corporation' };

const vscode: ClientPrograms = {
  apps: [
    app('Visual Studio Code', ['code', 'code-tunnel'], microsoft),
    app('Visual Studio Code - Insiders', ['code-insiders', 'code - insiders'], microsoft),
    app('VSCodium', ['codium', 'vscodium']),
    app('Code - OSS', ['code-oss', 'code - oss']),
  ],
  paths: ['/.vscode-server/', '/.vscode-server-insiders/', '/.vscode-remote/', '/code-server/'],
};

const cursor: ClientPrograms = {
  apps: [
    app('Cursor', ['cursor'], { team: 'VDXQ22DGB9', publisher: 'Anysphere, Inc.' }),
    { programs: ['cursor-agent'] },
  ],
  paths: ['/.cursor-server/', '/cursor-agent/'],
};

const windsurf: ClientPrograms = {
  apps: [
    app('Windsurf', ['windsurf', 'windsurf-next', 'windsurf - next']),
    app('Devin', ['devin', 'devin-desktop']),
  ],
  paths: ['/.windsurf-server/'],
};

const editors = joined(vscode, cursor, windsurf);

const jetbrainsNames = [
  ...['idea', 'pycharm', 'webstorm', 'phpstorm', 'goland', 'clion', 'rider', 'rubymine'],
  ...['datagrip', 'dataspell', 'rustrover', 'studio'],
];

const jetbrainsBundles = [
  ...['IntelliJ IDEA', 'IntelliJ IDEA CE', 'PyCharm', 'PyCharm CE', 'WebStorm', 'PhpStorm'],
  ...['GoLand', 'CLion', 'Rider', 'RubyMine', 'DataGrip', 'DataSpell', 'RustRover'],
];

const jetbrains: ClientPrograms = {
  apps: [
    ...jetbrainsBundles.map((bundle) => app(bundle, [], { team: '2ZEFAR8TH3' })),
    app('Android Studio', []),
    // Last, so that a bundle that tells its signer counts before a bare name.
    { programs: jetbrainsNames.flatMap((name) => [name, `${name}64`]) },
  ],
  paths: ['/jbr/bin/java', '/jbr/contents/home/'],
};

/**
 * What the clients of the catalogue run as, on all three systems. A client that is missing here is not judged; a
 * program that is missing makes its client look unexpected, so this holds what is known and nothing guessed.
 */
const programs: Readonly<Record<string, ClientPrograms>> = {
  'claude-desktop': {
    apps: [app('Claude', ['claude', 'claude-desktop'], { team: 'Q6L2SF6YDW' })],
    paths: ['/claude-desktop/'],
  },
  'claude-code': joined(
    tool(['claude'], '/@anthropic-ai/claude-code/', '/claude/versions/'),
    tool([], '/@anthropic-ai/claude-agent-sdk/', '/anthropic.claude-code-'),
  ),
  cursor,
  vscode,
  windsurf,
  zed: {
    apps: [
      app('Zed', ['zed', 'zed-editor', 'zeditor'], { team: 'MQ55VZLNZQ' }),
      app('Zed Preview', ['zed-preview'], { team: 'MQ55VZLNZQ' }),
    ],
    paths: ['/zed.app/libexec/'],
  },
  trae: { apps: [app('Trae', ['trae']), app('Trae CN', ['trae-cn', 'trae cn'])], paths: [] },
  qoder: { apps: [app('Qoder', ['qoder', 'qodercli'])], paths: [] },
  kiro: { apps: [app('Kiro', ['kiro', 'kiro-cli', 'kiro-cli-chat'])], paths: [] },
  cline: joined(editors, jetbrains, tool(['cline'], '/cline/')),
  'roo-code': editors,
  'kilo-code': joined(editors, jetbrains, tool(['kilo', 'kilocode'], '/@kilocode/cli/')),
  continue: joined(editors, jetbrains, tool(['cn'], '/@continuedev/cli/')),
  augment: joined(editors, jetbrains, tool(['auggie'], '/@augmentcode/auggie/')),
  'amazon-q': joined(editors, jetbrains, tool(['q', 'qchat', 'amazon q', 'amazon-q'])),
  'gemini-cli': tool(['gemini'], '/@google/gemini-cli/'),
  'qwen-code': tool(['qwen'], '/@qwen-code/qwen-code/'),
  antigravity: { apps: [app('Antigravity', ['antigravity', 'agy'])], paths: [] },
  'copilot-cli': tool(['copilot'], '/@github/copilot'),
  'copilot-jetbrains': joined(jetbrains, tool(['copilot-language-server', 'eclipse', 'xcode'])),
  'visual-studio': {
    apps: [{ programs: ['devenv'], publisher: 'Microsoft Corporation' }],
    paths: ['/microsoft visual studio/'],
  },
  codex: joined(tool(['codex'], '/@openai/codex'), {
    apps: [app('Codex', []), app('ChatGPT', ['chatgpt'])],
    paths: ['/openai.chatgpt-'],
  }),
  goose: { apps: [app('Goose', ['goose', 'goosed'])], paths: [] },
  'lm-studio': {
    apps: [app('LM Studio', ['lm-studio', 'lm studio', 'lms'])],
    paths: ['/.lmstudio/'],
  },
  'jetbrains-ai': jetbrains,
  junie: joined(jetbrains, tool(['junie'])),
  opencode: { apps: [app('OpenCode', ['opencode'])], paths: ['/opencode-ai/'] },
  crush: tool(['crush']),
  warp: { apps: [app('Warp', ['warp', 'warp-terminal'])], paths: ['/warpdotdev/'] },
  amp: joined(editors, tool(['amp'], '/@sourcegraph/amp/')),
  'factory-droid': tool(['droid']),
  witsy: { apps: [app('Witsy', ['witsy'])], paths: [] },
  'cherry-studio': { apps: [app('Cherry Studio', ['cherry studio', 'cherrystudio'])], paths: [] },
  '5ire': { apps: [app('5ire', ['5ire'])], paths: [] },
  raycast: { apps: [app('Raycast', ['raycast'])], paths: [] },
  boltai: { apps: [app('BoltAI', []), app('BoltAI 2', [])], paths: [] },
  enconvo: { apps: [app('Enconvo', [])], paths: [] },
};

/** What a client is known to run as; undefined for one that is not judged. */
export const programsOf = (clientId: string): ClientPrograms | undefined =>
  Object.hasOwn(programs, clientId) ? programs[clientId] : undefined;
