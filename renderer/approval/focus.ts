import type { ApprovalCard } from '../../shared/approval.ts';

/** The card a person was last shown in full. */
export interface Shown {
  readonly id: string;
  readonly state: ApprovalCard['state'];
}

/** What stands where: one card in full, other requests as a list, floods as their own lines. */
export interface Placement {
  readonly focus: ApprovalCard | undefined;
  readonly others: readonly ApprovalCard[];
  readonly floods: readonly ApprovalCard[];
}

/**
 * Places the cards, which come sorted by deadline. The one a person is reading stays until it is answered or runs
 * out, so that nothing moves away under their eyes; else the most urgent is shown. A flood never takes the place of
 * a request that can be read.
 */
export function place(cards: readonly ApprovalCard[], shown: Shown | undefined): Placement {
  const floods = cards.filter((card) => card.state === 'collapsed');
  const readable = cards.filter((card) => card.state !== 'collapsed');
  const focus =
    readable.find((card) => card.id === shown?.id && card.state === shown.state) ?? readable[0];
  return { focus, others: readable.filter((card) => card !== focus), floods };
}
