import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import type { AppState } from '../../shared/state.ts';
import { type TrayAction, type TrayItem, trayView } from './tray-view.ts';

/** The tray icon file of a state; macOS wants template images it can tint. */
export const trayIcon = (state: AppState['protection'], platform: NodeJS.Platform): string =>
  platform === 'darwin' ? `tray-${state}Template.png` : `tray-${state}.png`;

const toMenu = (
  items: readonly TrayItem[],
  act: (action: TrayAction) => void,
): MenuItemConstructorOptions[] =>
  items.map((item) => {
    switch (item.kind) {
      case 'separator':
        return { type: 'separator' };
      case 'text':
        return { label: item.label, enabled: false };
      case 'action':
        return { label: item.label, click: () => act(item.action) };
      case 'submenu':
        return { label: item.label, submenu: toMenu(item.items, act) };
      default:
        return item satisfies never;
    }
  });

/** Puts the tray up and returns what draws a state into it. */
export function makeTray(
  icons: string,
  act: (action: TrayAction) => void,
): { show(state: AppState): void } {
  let drawn = '';
  let tray: Tray | undefined;
  return {
    show(state) {
      const view = trayView(state);
      const next = JSON.stringify(view);
      if (next === drawn) return;
      drawn = next;
      const image = nativeImage.createFromPath(join(icons, trayIcon(view.icon, process.platform)));
      if (tray) tray.setImage(image);
      else tray = new Tray(image);
      tray.setToolTip(view.tooltip);
      tray.setContextMenu(Menu.buildFromTemplate(toMenu(view.menu, act)));
    },
  };
}
