import { z } from 'zod';

/** A change of a client's config that Airlock noticed, or what it did about one. */
export const ConfigChange = z.object({
  id: z.string(),
  kind: z.enum([
    'drifted',
    'restored-by-hand',
    'new-entry',
    'removed',
    'unreadable',
    'reapplied',
    'routed',
    'refused',
    'gave-up',
  ]),
  clientId: z.string(),
  clientName: z.string(),
  file: z.string(),
  /** The name of the entry; absent where it is about the whole file. */
  entry: z.string().optional(),
  /** What happened and what to do. */
  sentence: z.string(),
  /** Unix milliseconds. */
  detectedAt: z.number(),
  /** What the person may decide about it; empty where nothing is asked. */
  choices: z.array(z.enum(['reapply', 'route', 'block', 'leave'])),
});
export type ConfigChange = z.infer<typeof ConfigChange>;
