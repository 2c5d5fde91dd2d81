import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { root } from '../e2e/airlock-app.ts';
import type { Stage } from './stage.ts';
import { trayPage } from './tray-page.ts';

const folder = join(root, 'docs/screenshots');
const looks = ['light', 'dark'] as const;

/** Takes a page's picture at twice the density, in a window of its own size or of the given one. */
async function picture(
  page: Page,
  name: string,
  size?: { readonly width: number; readonly height: number },
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { width, height } =
    size ?? (await page.evaluate(() => ({ width: innerWidth, height: innerHeight })));
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 2,
      mobile: false,
    });
    for (const look of looks) {
      await page.emulateMedia({ colorScheme: look, reducedMotion: 'reduce' });
      await page.evaluate(
        () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
      );
      const { data } = await session.send('Page.captureScreenshot', { format: 'png' });
      writeFileSync(join(folder, `${name}-${look}.png`), Buffer.from(data, 'base64'));
    }
  } finally {
    await session.send('Emulation.clearDeviceMetricsOverride');
    await page.emulateMedia({ colorScheme: 'light' });
    await session.detach();
  }
}

/** The approval window with what waits in it. */
export const photographApproval = (page: Page): Promise<void> => picture(page, 'approval');

/** The dashboard's activity, and the tray in the states the app went through. */
export async function photograph(stage: Stage): Promise<void> {
  const { check } = stage.ledger;
  await check('the dashboard has its picture taken, light and dark', async () => {
    const page = await stage.app().dashboard();
    await page.getByTestId('nav-activity').click();
    await page.getByText('write_file').first().waitFor({ timeout: 20_000 });
    await picture(page, 'dashboard', { width: 1080, height: 720 });
  });
}

/** The tray, drawn from its own model and icons. */
export async function photographTray(stage: Stage): Promise<void> {
  await stage.ledger.check('the tray has its picture taken, light and dark', async () => {
    const { electron } = stage.app();
    const opened = electron.waitForEvent('window', { timeout: 20_000 });
    const id = await electron.evaluate(async ({ BrowserWindow }) => {
      const window = new BrowserWindow({
        width: 1180,
        height: 420,
        show: false,
        webPreferences: { sandbox: true, partition: 'picture', backgroundThrottling: false },
      });
      await window.loadURL('about:blank');
      window.showInactive(); // a window that was never shown paints nothing
      return window.id;
    });
    const page = await opened;
    try {
      await page.setContent(trayPage(stage.states));
      const height = await page.evaluate(() => Math.ceil(document.body.offsetHeight));
      await picture(page, 'tray', { width: 1180, height });
    } finally {
      await electron.evaluate(({ BrowserWindow }, of) => BrowserWindow.fromId(of)?.destroy(), id);
    }
  });
}
