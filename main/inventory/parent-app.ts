import { readLaunch } from './launch.ts';
import type { RunningProcess } from './running-process.ts';
import { speakingName } from './server-likeness.ts';

/** The app a process runs below; `clientId` where it is a client of the catalogue. */
export interface ParentApp {
  readonly name: string;
  readonly clientId?: string;
}

/** Programs of clients. Names are as process lists show them: helpers of Electron apps, and Linux's first 15 letters. */
const apps: readonly { readonly program: RegExp; readonly id?: string; readonly name: string }[] = [
  { program: /^claude-desktop|^Claude( Helper.*)?$/, id: 'claude-desktop', name: 'Claude Desktop' },
  { program: /^claude(-code)?$/, id: 'claude-code', name: 'Claude Code' },
  { program: /^cursor(-agent)?$|^cursor helper/i, id: 'cursor', name: 'Cursor' },
  { program: /^windsurf/i, id: 'windsurf', name: 'Windsurf (Devin Desktop)' },
  { program: /^zed(-editor)?$/i, id: 'zed', name: 'Zed' },
  { program: /^trae/i, id: 'trae', name: 'Trae' },
  { program: /^kiro/i, id: 'kiro', name: 'Kiro' },
  { program: /^qoder/i, id: 'qoder', name: 'Qoder' },
  {
    program: /^(code|code-insiders|vscodium|codium)$|^code( - insiders)? helper/i,
    id: 'vscode',
    name: 'VS Code',
  },
  { program: /^devenv$/i, id: 'visual-studio', name: 'Visual Studio' },
  { program: /^codex$/, id: 'codex', name: 'OpenAI Codex' },
  { program: /^(gemini|gemini-cli)$/, id: 'gemini-cli', name: 'Gemini CLI' },
  { program: /^(qwen|qwen-code)$/, id: 'qwen-code', name: 'Qwen Code' },
  { program: /^copilot$/, id: 'copilot-cli', name: 'GitHub Copilot CLI' },
  { program: /^goosed?$/, id: 'goose', name: 'Goose' },
  { program: /^opencode$/, id: 'opencode', name: 'opencode' },
  { program: /^crush$/, id: 'crush', name: 'Crush' },
  { program: /^amp$/, id: 'amp', name: 'Amp' },
  { program: /^droid$/, id: 'factory-droid', name: 'Factory Droid' },
  { program: /^(q|qchat|kiro-cli)$/, id: 'amazon-q', name: 'Amazon Q Developer' },
  { program: /^warp(-terminal)?$/i, id: 'warp', name: 'Warp' },
  { program: /^lm.?studio/i, id: 'lm-studio', name: 'LM Studio' },
  { program: /^(cherry.?studio)/i, id: 'cherry-studio', name: 'Cherry Studio' },
  { program: /^witsy/i, id: 'witsy', name: 'Witsy' },
  { program: /^raycast/i, id: 'raycast', name: 'Raycast' },
  {
    program: /^(idea|pycharm|webstorm|goland|clion|rider|rubymine|phpstorm)(64)?(\.sh)?$/i,
    id: 'jetbrains-ai',
    name: 'a JetBrains IDE',
  },
  { program: /^(kimi|kimi-code)$/, id: 'kimi-code', name: 'Kimi Code' },
  { program: /^(augment|auggie)$/, id: 'augment', name: 'Augment' },
];

/** What stands between an app and the servers it starts. */
const between =
  /^(node|nodejs|npm|npx|pnpm|yarn|bun|bunx|deno|uv|uvx|pipx|python|pythonw|py|docker|podman|sh|bash|zsh|dash|fish|cmd|powershell|pwsh|conhost|env|sudo|tsx|java|init|systemd|launchd|mainthread)[\d.]*$/i;

const packages: Readonly<Record<string, string>> = {
  '@anthropic-ai/claude-code': 'claude',
  '@openai/codex': 'codex',
  '@google/gemini-cli': 'gemini',
  '@qwen-code/qwen-code': 'qwen',
  '@github/copilot': 'copilot',
  '@sourcegraph/amp': 'amp',
  'opencode-ai': 'opencode',
  '@augmentcode/auggie': 'auggie',
};

/** The names a process goes by: as the system shows it, and as its command line says. */
function namesOf({ name, argv }: RunningProcess): readonly string[] {
  const launch = readLaunch(argv);
  const started = launch === undefined ? [] : [packages[launch.name] ?? speakingName(launch)];
  return [name.replace(/\.exe$/i, ''), ...started];
}

/** The app that processes with these ancestors (nearest first) belong to, or undefined where none is to be seen. Pure. */
export function parentApp(ancestors: readonly RunningProcess[]): ParentApp | undefined {
  for (const ancestor of ancestors) {
    const names = namesOf(ancestor);
    const app = apps.find(({ program }) => names.some((name) => program.test(name)));
    if (app !== undefined) {
      return { name: app.name, ...(app.id === undefined ? {} : { clientId: app.id }) };
    }
  }
  const nearest = ancestors.find(
    ({ pid, name }) => pid > 1 && !between.test(name.replace(/\.exe$/i, '')),
  );
  return nearest === undefined ? undefined : { name: nearest.name };
}
