import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TrayItem, type TrayView, trayView } from '../../main/desktop/tray-view.ts';
import type { AppState } from '../../shared/state.ts';
import { root } from '../e2e/airlock-app.ts';

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const icon = (name: string): string => {
  const bytes = readFileSync(join(root, 'build/icons', `tray-${name}@2x.png`));
  return `data:image/png;base64,${bytes.toString('base64')}`;
};

function line(item: TrayItem): string {
  switch (item.kind) {
    case 'separator':
      return '<hr>';
    case 'text':
      return `<p class="text">${escaped(item.label)}</p>`;
    case 'action':
      return `<p>${escaped(item.label)}</p>`;
    case 'submenu':
      return `<p class="more">${escaped(item.label)}<span>›</span></p>`;
    default:
      return item satisfies never;
  }
}

const column = (view: TrayView): string => `
  <section>
    <div class="bar"><img src="${icon(view.icon)}" alt=""><span>12:41</span></div>
    <div class="menu">${view.menu.map(line).join('')}</div>
  </section>`;

const style = `
  :root { color-scheme: light dark; --desk: #dfe3ea; --bar: #f6f7f9; --menu: #fff; --ink: #1c1f24;
    --muted: #6a717c; --line: #dadee5; --shade: 0 8px 24px #1c1f2426; }
  @media (prefers-color-scheme: dark) { :root { --desk: #0f1115; --bar: #1b1e24; --menu: #23272f;
    --ink: #e8eaee; --muted: #9aa2ae; --line: #383e49; --shade: 0 8px 24px #0009; } }
  * { box-sizing: border-box; margin: 0; }
  body { background: var(--desk); color: var(--ink); font: 13px/1.4 system-ui, sans-serif;
    display: grid; grid-template-columns: repeat(4, 1fr); gap: 16px; padding: 20px; align-items: start; }
  .bar { display: flex; justify-content: flex-end; align-items: center; gap: 10px; height: 30px;
    padding: 0 12px; background: var(--bar); border-radius: 8px; }
  .bar img { width: 16px; height: 16px; }
  .menu { margin-top: 6px; padding: 6px; background: var(--menu); border: 1px solid var(--line);
    border-radius: 8px; box-shadow: var(--shade); }
  .menu p { padding: 4px 8px; overflow-wrap: anywhere; }
  .menu .text { color: var(--muted); }
  .more { display: flex; justify-content: space-between; gap: 8px; }
  hr { border: 0; border-top: 1px solid var(--line); margin: 5px 8px; }`;

/** A page with the tray's icon and menu in four states, drawn from the model the real tray is built from. */
export function trayPage(states: ReadonlyMap<string, AppState>): string {
  const calm = states.get('calm');
  const shown = [calm, states.get('waiting'), calm && monitoring(calm), states.get('stopped')];
  const columns = shown.flatMap((state) => (state ? [column(trayView(state))] : []));
  if (columns.length < shown.length) throw new Error('a state for the tray was never reached');
  return `<!doctype html><meta charset="utf-8"><title>Tray</title><style>${style}</style>${columns.join('')}`;
}

const monitoring = (state: AppState): AppState => ({
  ...state,
  protection: 'monitor',
  settings: { ...state.settings, mode: 'monitor' },
});
