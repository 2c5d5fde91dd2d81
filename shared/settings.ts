import { z } from 'zod';

const values = {
  mode: z.enum(['enforce', 'monitor']),
  approvalSeconds: z.number().int().min(10).max(55),
  auditEndpoint: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  killShortcut: z.string().max(64),
  theme: z.enum(['system', 'light', 'dark']),
  startAtLogin: z.boolean(),
  onDrift: z.enum(['reapply', 'ask', 'leave']),
  onNewEntry: z.enum(['ask', 'route', 'block', 'leave']),
  introduced: z.boolean(),
};

/** The user's settings with their defaults; kept by electron-store in `settings.json` of the data folder. */
export const Settings = z.object({
  /** Monitor mode records what would have happened and forwards. It never switches off the kill switch. */
  mode: values.mode.default('enforce'),
  /** Seconds until silence denies: below the 60 s time-out most clients have. */
  approvalSeconds: values.approvalSeconds.default(45),
  /** OTLP/HTTP logs endpoint (`https://host/v1/logs`); empty: entries stay on this machine. */
  auditEndpoint: values.auditEndpoint.default(''),
  /** Electron accelerator of the global kill shortcut; empty: none. */
  killShortcut: values.killShortcut.default('CommandOrControl+Shift+F12'),
  theme: values.theme.default('system'),
  startAtLogin: values.startAtLogin.default(false),
  /** What is done where a client or a person wrote over an entry of ours, so that its server starts directly. */
  onDrift: values.onDrift.default('reapply'),
  /** What is done about a server that comes into a protected client's config. `block`: routed, every call refused. */
  onNewEntry: values.onNewEntry.default('ask'),
  /** The person has seen the introduction. */
  introduced: values.introduced.default(false),
});
export type Settings = z.infer<typeof Settings>;

/** A change of some settings; what is absent stays as it is. */
export const SettingsPatch = z.strictObject(values).partial();
export type SettingsPatch = z.infer<typeof SettingsPatch>;

/** Every setting at its default. */
export const defaultSettings: Settings = Settings.parse({});
