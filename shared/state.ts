import { z } from 'zod';
import { DeliveryStatus, Entry } from './audit.ts';
import { ConfigChange } from './config-change.ts';
import { Kill, KillReport } from './kill.ts';
import { ManagedStatus, SettingHold } from './managed-status.ts';
import { PersonView } from './person.ts';
import { HeldTool } from './server.ts';
import { Settings } from './settings.ts';

/** A live session as the dashboard and the tray show it. */
export const SessionView = z.object({
  sessionId: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  clientId: z.string(),
  clientName: z.string(),
  serverId: z.string(),
  serverLabel: z.string(),
  reportedServer: z.string(),
  state: z.enum(['starting', 'ready', 'paused', 'failed', 'stopped']),
  /** One sentence where the state needs one (why it failed, what it waits for). */
  detail: z.string(),
  pid: z.number().optional(),
  since: z.number(),
  calls: z.number(),
  lastCallAt: z.number().optional(),
});
export type SessionView = z.infer<typeof SessionView>;

/** Something that wants the person's eyes, most urgent first. */
export const Attention = z.object({
  id: z.string(),
  kind: z.enum([
    'approval',
    'held-tool',
    'kill',
    'audit',
    'delivery',
    'keychain',
    'policy',
    'config',
    'sign-in',
    'monitor',
  ]),
  text: z.string(),
});
export type Attention = z.infer<typeof Attention>;

/** Everything the dashboard and the tray are drawn from; a push replaces the whole, the higher revision wins. */
export const AppState = z.object({
  revision: z.number().int(),
  version: z.string(),
  person: z.string(),
  /** One value drives tray icon, headline and window title. */
  protection: z.enum(['protected', 'attention', 'monitor', 'stopped']),
  attention: z.array(Attention),
  waiting: z.number(),
  kills: z.array(Kill),
  lastKill: KillReport.optional(),
  sessions: z.array(SessionView),
  heldTools: z.array(HeldTool),
  trail: z.object({
    chain: z.string(),
    sequence: z.number(),
    writable: z.boolean(),
    problem: z.string(),
  }),
  delivery: DeliveryStatus,
  keychain: z.object({ available: z.boolean(), problem: z.string() }),
  policy: z.object({ rules: z.number(), userFile: z.string(), problems: z.array(z.string()) }),
  settings: Settings,
  /** By name of the setting. */
  holds: z.record(z.string(), SettingHold),
  managed: ManagedStatus,
  signedIn: PersonView,
  /** Changes of configs, newest first: those that wait for a decision, and what was done of late. */
  configChanges: z.array(ConfigChange),
  /** The newest entries, newest first. */
  recent: z.array(Entry),
});
export type AppState = z.infer<typeof AppState>;
