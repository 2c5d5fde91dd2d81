import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Output } from '../../../main/cli/output.ts';
import type { Workplace } from '../../../main/cli/workplace.ts';
import { tempFolder } from '../storage/temp-folder.ts';

/** A home with these files, and a data folder that is not there yet. */
export function commandHome(files: Readonly<Record<string, unknown>>): Workplace {
  const home = tempFolder();
  for (const [name, content] of Object.entries(files)) {
    const file = join(home, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return {
    machine: { platform: 'linux', home, tmp: join(home, 'tmp'), env: {} },
    data: join(home, 'data'),
    version: '1.2.3',
    bridgeFile: join(home, '.airlock/bin/airlock-bridge'),
    bridge: { kind: 'script', file: '/none', node: '/none' },
  };
}

/** Keeps what a command says. */
export function heard() {
  const documents: unknown[] = [];
  const texts: string[] = [];
  const notes: string[] = [];
  const out: Output = {
    result: (document, text) => {
      documents.push(document);
      texts.push(text);
    },
    note: (text) => void notes.push(text),
  };
  return { out, documents, texts, notes };
}
