import { join } from 'node:path';
import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron';
import { channel, pageOrigin, type Role } from '../../shared/ipc.ts';

/** What the windows need to know of the app. */
export interface WindowPorts {
  readonly outFolder: string;
  readonly icon: string;
  /** Filled and emptied as windows come and go; the IPC edge reads it. */
  readonly roles: Map<number, Role>;
  readonly now: () => number;
  /** A real key or button press reached the approval window; undefined: what came before no longer counts. */
  readonly onInput: (at: number | undefined) => void;
  /** The approval window was closed, crashed or hung: what waits in it must be denied. */
  readonly onApprovalLost: () => void;
  /** The approval window came on screen: what it shows must settle again before a yes counts. */
  readonly onApprovalShown: () => void;
}

/** Input events that a person's press makes; moving and scrolling are not presses. */
const presses: ReadonlySet<string> = new Set([
  'mouseDown',
  'mouseUp',
  'rawKeyDown',
  'keyDown',
  'keyUp',
  'touchStart',
  'touchEnd',
]);

/** The approval window and the dashboard: made on demand, each with its own preload and role. */
export function makeWindows(ports: WindowPorts) {
  let approval: BrowserWindow | undefined;
  let dashboard: BrowserWindow | undefined;
  let lastApprovals: unknown;
  let quitting = false;

  function open(role: Role, options: BrowserWindowConstructorOptions): BrowserWindow {
    const window = new BrowserWindow({
      show: false,
      icon: ports.icon,
      backgroundColor: '#00000000',
      ...options,
      webPreferences: {
        preload: join(ports.outFolder, 'preload', `${role}.cjs`),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        // Countdown and gate must not be slowed down behind other windows.
        backgroundThrottling: role !== 'approval',
      },
    });
    const { id } = window.webContents;
    ports.roles.set(id, role);
    window.on('closed', () => ports.roles.delete(id));
    window.removeMenu();
    return window;
  }

  function dropApproval(): void {
    const lost = approval;
    approval = undefined;
    ports.onInput(undefined);
    ports.onApprovalLost();
    if (lost && !lost.isDestroyed()) lost.destroy();
  }

  function openApproval(): BrowserWindow {
    const window = open('approval', {
      width: 540,
      height: 700,
      minWidth: 420,
      minHeight: 480,
      title: 'Airlock: a call waits for you',
      alwaysOnTop: true,
      fullscreenable: false,
      maximizable: false,
    });
    const contents = window.webContents;
    contents.on('input-event', (_event, input) => {
      if (presses.has(input.type)) ports.onInput(ports.now());
    });
    contents.on('render-process-gone', dropApproval);
    window.on('unresponsive', dropApproval);
    window.on('close', (event) => {
      if (quitting) return;
      // Closing is an answer: no. The window stays for the next request.
      event.preventDefault();
      window.hide();
      ports.onApprovalLost();
    });
    contents.on('did-finish-load', () => {
      if (lastApprovals !== undefined) contents.send(channel('approvals'), lastApprovals);
    });
    window.loadURL(`${pageOrigin}/approval/index.html`).catch(dropApproval);
    return window;
  }

  return {
    /** Brings the approval window up without taking the keyboard from what the person is typing in. */
    showApproval(): void {
      approval ??= openApproval();
      if (!approval.isVisible()) {
        ports.onInput(undefined);
        approval.showInactive();
        ports.onApprovalShown();
      }
      approval.moveTop();
    },

    /** The person asked for the approval window: it may take the focus. */
    focusApproval(): void {
      this.showApproval();
      approval?.focus();
    },

    /** Pushes what waits; an empty queue puts the window away. */
    pushApprovals(view: { readonly cards: readonly unknown[] }): void {
      lastApprovals = view;
      if (!approval) return;
      approval.webContents.send(channel('approvals'), view);
      if (view.cards.length === 0) approval.hide();
    },

    /** Opens the dashboard or brings it to the front. */
    showDashboard(): void {
      if (!dashboard) {
        const window = open('dashboard', {
          width: 1080,
          height: 720,
          minWidth: 760,
          minHeight: 520,
          title: 'Airlock',
        });
        dashboard = window;
        window.on('closed', () => {
          dashboard = undefined;
        });
        window.webContents.on('render-process-gone', () => window.destroy());
        window.once('ready-to-show', () => window.show());
        window.loadURL(`${pageOrigin}/dashboard/index.html`).catch(() => window.destroy());
        return;
      }
      dashboard.show();
      dashboard.focus();
    },

    /** Pushes the state to the dashboard, if one is open. */
    pushState(state: unknown): void {
      dashboard?.webContents.send(channel('state'), state);
    },

    /** Lets the approval window close for good. */
    quit(): void {
      quitting = true;
    },
  };
}

export type Windows = ReturnType<typeof makeWindows>;
