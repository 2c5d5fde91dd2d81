import type { Workplace } from './workplace.ts';

/** What policy commands need to know of the machine. */
export type PolicyPlace = Pick<Workplace, 'machine' | 'data'>;
