import { claudeCode, claudeDesktop } from './catalogue-claude.ts';
import { cursor, visualStudioCode } from './catalogue-editors.ts';
import type { Client } from './client-record.ts';

/** Every client Airlock knows. */
export const catalogue: readonly Client[] = [claudeDesktop, claudeCode, cursor, visualStudioCode];
