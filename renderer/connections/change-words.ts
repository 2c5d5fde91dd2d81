import type { ConfigChange } from '../../shared/config-change.ts';

/** What each decision about a change is called on its button. */
export const choiceWords: Readonly<Record<ConfigChange['choices'][number], string>> = {
  reapply: 'Route again',
  route: 'Route through Airlock',
  block: 'Block',
  leave: 'Leave as it is',
};

/** The changes that wait for a decision before the others; each part keeps its order, newest first. */
export const waitingFirst = (changes: readonly ConfigChange[]): ConfigChange[] => [
  ...changes.filter(({ choices }) => choices.length > 0),
  ...changes.filter(({ choices }) => choices.length === 0),
];
