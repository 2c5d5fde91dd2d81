/** The part of Electron's globalShortcut that is used. */
export interface ShortcutPort {
  register(accelerator: string, press: () => void): boolean;
  unregister(accelerator: string): void;
}

/** Keeps the global kill shortcut at what the settings say. */
export function makeKillShortcut(port: ShortcutPort, press: () => void) {
  let current = '';
  return {
    /** Registers another accelerator (empty: none); a sentence where the system does not give it. */
    use(accelerator: string): string | undefined {
      if (accelerator === current) return undefined;
      if (current) port.unregister(current);
      current = accelerator;
      if (!accelerator) return undefined;
      const refused = `The kill shortcut ${accelerator} is taken by another program; choose another one in Settings.`;
      try {
        return port.register(accelerator, press) ? undefined : refused;
      } catch {
        // Electron throws on a text that is no accelerator.
        return `"${accelerator}" is no keyboard shortcut; choose another one in Settings.`;
      }
    },
  };
}
