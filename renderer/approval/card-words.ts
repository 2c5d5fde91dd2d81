import type { ApprovalCard, GrantDuration, GrantScope } from '../../shared/approval.ts';

/** The headline of a card in three parts, so that names can be set apart from our own words. */
export interface Headline {
  readonly who: string;
  readonly wants: string;
  /** What it is about, in code type; empty where the request has no name. */
  readonly what: string;
}

/** Who wants to do what. Requests that a server makes of its client name the server as the one who asks. */
export function headline(card: ApprovalCard): Headline {
  const { clientName: client, connectionName: server, tool } = card;
  switch (card.method) {
    case 'tools/call':
      return { who: client, wants: 'wants to run', what: tool };
    case 'resources/read':
    case 'resources/subscribe':
      return { who: client, wants: 'wants to read', what: tool };
    case 'prompts/get':
      return { who: client, wants: 'wants to use the prompt', what: tool };
    case 'sampling/createMessage':
      return { who: server, wants: `wants ${client} to ask its model something`, what: '' };
    case 'elicitation/create':
      return { who: server, wants: `wants ${client} to ask you for something`, what: '' };
    default:
      return { who: client, wants: `wants to send ${card.method}`, what: tool };
  }
}

/** The headline as one sentence, for screen readers and lists. */
export const headlineSentence = (card: ApprovalCard): string => {
  const { who, wants, what } = headline(card);
  return [who, wants, what].filter((part) => part !== '').join(' ');
};

/** A scope as it stands in the selector. */
export function scopeLabel(scope: GrantScope, card: ApprovalCard): string {
  switch (scope) {
    case 'arguments':
      return 'These exact arguments';
    case 'tool':
      return `Any call of ${card.tool}`;
    case 'server':
      return `Any tool of ${card.connectionName}`;
    default:
      return scope satisfies never;
  }
}

/** A duration as it stands in the selector. */
export function durationLabel(duration: GrantDuration): string {
  switch (duration) {
    case 'once':
      return 'This one time';
    case 'session':
      return 'This session';
    case 'until':
      return 'One hour';
    case 'always':
      return 'Always';
    default:
      return duration satisfies never;
  }
}

/** What the Allow button says, so that a wide yes never looks like a narrow one. */
export function allowLabel(duration: GrantDuration): string {
  switch (duration) {
    case 'once':
      return 'Allow once';
    case 'session':
      return 'Allow for session';
    case 'until':
      return 'Allow for an hour';
    case 'always':
      return 'Always allow';
    default:
      return duration satisfies never;
  }
}

const subject = (scope: GrantScope, card: ApprovalCard): string => {
  const name = card.tool === '' ? 'this request' : card.tool;
  switch (scope) {
    case 'arguments':
      return `${name} with exactly these arguments`;
    case 'tool':
      return `${name} with any arguments`;
    case 'server':
      return `any tool of ${card.connectionName}`;
    default:
      return scope satisfies never;
  }
};

/** One sentence that says what a yes will cover. */
export function coverage(card: ApprovalCard, scope: GrantScope, duration: GrantDuration): string {
  const { clientName: client } = card;
  const graver = scope === 'arguments' ? '' : ' A graver call asks again.';
  switch (duration) {
    case 'once':
      return card.count > 1
        ? `Covers the ${card.count} identical calls waiting now. Nothing is remembered.`
        : 'Covers this one call only. Nothing is remembered.';
    case 'session':
      return `Until ${client}’s session ends, no question for ${subject(scope, card)}.${graver}`;
    case 'until':
      return `For one hour, no question for ${subject(scope, card)} from ${client}.${graver}`;
    case 'always':
      return `Until you revoke it, no question for ${subject(scope, card)} from ${client}.${graver}`;
    default:
      return duration satisfies never;
  }
}

/** What a late yes means, on a card whose call has already been refused. */
export const lateSentence = (card: ApprovalCard): string =>
  `That call was refused when time ran out, and ${card.clientName} was told to try again. If it asks for exactly this, your yes lets it through once.`;
