import { startVirtualDesktop } from '../../build/virtual-desktop.mjs';

/**
 * A keyring of our own where Linux has none to offer: protecting a file seals its backup with a key that is kept there.
 * Gives back how to end it.
 */
export async function openKeyring(): Promise<() => Promise<void>> {
  if (process.platform !== 'linux' || process.env.DBUS_SESSION_BUS_ADDRESS !== undefined)
    return async () => undefined;
  const desktop = await startVirtualDesktop({ display: false });
  Object.assign(process.env, desktop.env);
  return async () => {
    await desktop.stop();
    delete process.env.DBUS_SESSION_BUS_ADDRESS;
  };
}
