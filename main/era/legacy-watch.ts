import { errorAnswer } from '../../shared/answers.ts';
import type { EraLimits, EraPorts } from './era-ports.ts';
import { cancelText, requestText, resultText, type Speaker } from './line-text.ts';
import {
  errorOf,
  isObject,
  type JsonObject,
  metaOf,
  type Notification,
  ownId,
  type Request,
  type Response,
} from './message.ts';
import { makePauses } from './pauses.ts';
import { type Change, withMeta } from './reshape.ts';
import { changeFilters, metaKeys, wireCodes } from './vocabulary.ts';

/** What keeping a legacy client up to date needs. */
export interface LegacyWatchPorts {
  readonly speak: Speaker;
  readonly limits: EraLimits;
  readonly after: EraPorts['after'];
  readonly nextId: () => number;
  readonly envelope: () => Change;
}

/** A `subscriptions/listen` that was sent. */
interface Listening {
  readonly id: number;
  readonly uris: readonly string[];
  /** The server agreed to tell something. */
  fruitful: boolean;
}

const subscriptionKey = new Set<string>([metaKeys.subscription]);

/**
 * What a legacy server says of its own accord and by `resources/subscribe`, from one `subscriptions/listen` of a modern
 * server. It is replaced where the client's wishes change: the new one begins before the old one ends.
 */
export function makeLegacyWatch(ports: LegacyWatchPorts) {
  const { speak, limits, after } = ports;
  const pauses = makePauses(after);
  const uris = new Set<string>();
  let waiting: { readonly idText: string; readonly uri: string }[] = [];
  let capabilities: JsonObject = {};
  let begun = false;
  let active: Listening | undefined;
  let opening: Listening | undefined;
  let stale = false;
  let stopTimer: (() => void) | undefined;

  const can = (area: string, what: string): boolean => {
    const of = capabilities[area];
    return isObject(of) && of[what] === true;
  };

  function filterText(): string | undefined {
    const filter: Record<string, unknown> = {};
    if (begun) {
      if (can('tools', 'listChanged')) filter.toolsListChanged = true;
      if (can('prompts', 'listChanged')) filter.promptsListChanged = true;
      if (can('resources', 'listChanged')) filter.resourcesListChanged = true;
    }
    if (uris.size > 0) filter.resourceSubscriptions = [...uris];
    return Object.keys(filter).length === 0 ? undefined : JSON.stringify(filter);
  }

  function refresh() {
    if (opening !== undefined) {
      stale = true;
      return;
    }
    stopTimer?.();
    stopTimer = undefined;
    stale = false;
    const filter = filterText();
    if (filter === undefined) {
      leave(active);
      active = undefined;
      pauses.over();
      return;
    }
    const id = ports.nextId();
    opening = { id, uris: [...uris], fruitful: false };
    const meta = ports
      .envelope()
      .add.map(([key, json]) => `${JSON.stringify(key)}:${json}`)
      .join(',');
    stopTimer = after(limits.subscribeMs, () => {
      leave(opening);
      refused('The server did not answer the subscription in time.', wireCodes.internal);
    });
    speak.toServer(
      requestText(
        String(id),
        'subscriptions/listen',
        `{"_meta":{${meta}},"notifications":${filter}}`,
      ),
    );
  }

  function leave(listening: Listening | undefined) {
    if (listening !== undefined)
      speak.toServer(cancelText(String(listening.id), 'Another subscription took its place.'));
  }

  /** The one that was opening did not come about: whoever waited for it hears so. */
  function refused(message: string, code: number) {
    stopTimer?.();
    stopTimer = undefined;
    const failed = opening;
    opening = undefined;
    settle(failed?.uris ?? [], (idText, uri) => {
      uris.delete(uri);
      return errorAnswer(idText, code, message);
    });
    if (stale) refresh();
  }

  function settle(of: readonly string[], answer: (idText: string, uri: string) => string) {
    const now = waiting.filter(({ uri }) => of.includes(uri));
    waiting = waiting.filter(({ uri }) => !of.includes(uri));
    for (const { idText, uri } of now) speak.toClient(answer(idText, uri));
  }

  function acknowledged(notification: Notification, id: number) {
    if (opening?.id !== id) return;
    stopTimer?.();
    stopTimer = undefined;
    leave(active);
    active = opening;
    opening = undefined;
    pauses.began();
    const { notifications } = notification.params;
    const agreed = isObject(notifications) ? notifications : {};
    const watched = Array.isArray(agreed.resourceSubscriptions) ? agreed.resourceSubscriptions : [];
    active.fruitful = Object.keys(agreed).length > 0;
    settle(active.uris, (idText, uri) => {
      if (watched.includes(uri)) return resultText(idText, '{}');
      uris.delete(uri);
      const text = 'The server does not tell of changes to this resource.';
      return errorAnswer(idText, wireCodes.invalidParams, text);
    });
    if (stale) refresh();
  }

  /** The server ended it; a client that was promised news goes on getting them. */
  function ended() {
    const again = active?.fruitful === true;
    active = undefined;
    pauses.over();
    if (!again || opening !== undefined) return;
    stopTimer?.();
    stopTimer = after(pauses.next(), refresh);
  }

  const uriOf = ({ params }: Request): string | undefined =>
    typeof params.uri === 'string' ? params.uri : undefined;

  return {
    known(of: JsonObject) {
      capabilities = of;
    },

    /** The client is ready for news. */
    begin() {
      begun = true;
      if (filterText() !== undefined) refresh();
    },

    subscribe(request: Request) {
      const { idText } = request;
      const uri = uriOf(request);
      const no = (code: number, text: string) => speak.toClient(errorAnswer(idText, code, text));
      if (!can('resources', 'subscribe'))
        return no(wireCodes.methodNotFound, 'The server does not tell of changes to resources.');
      if (uri === undefined) return no(wireCodes.invalidParams, 'The request names no resource.');
      if (active?.uris.includes(uri) && uris.has(uri))
        return speak.toClient(resultText(idText, '{}'));
      if (uris.size >= limits.watched || waiting.length >= limits.watched)
        return no(wireCodes.internal, 'The client watches too many resources already.');
      uris.add(uri);
      waiting.push({ idText, uri });
      refresh();
    },

    unsubscribe(request: Request) {
      const uri = uriOf(request);
      if (uri !== undefined && uris.delete(uri)) {
        settle([uri], (idText) => resultText(idText, '{}'));
        refresh();
      }
      speak.toClient(resultText(request.idText, '{}'));
    },

    /** Takes a notification that belongs to a subscription; false for any other. */
    notified(notification: Notification): boolean {
      const { method, params } = notification;
      const tag = metaOf(notification)[metaKeys.subscription];
      const id = idOf(tag);
      if (method === 'notifications/subscriptions/acknowledged') {
        if (id !== undefined) acknowledged(notification, id);
        return true;
      }
      if (method === 'notifications/cancelled') {
        // A modern server cancels nothing but a subscription.
        const ending = idOf(params.requestId);
        if (ending !== undefined && ending === active?.id) ended();
        else if (ending !== undefined && ending === opening?.id)
          refused('The server ended the subscription.', wireCodes.internal);
        return true;
      }
      if (!changeFilters.has(method) && method !== 'notifications/resources/updated') return false;
      if (tag === undefined) return false;
      if (id !== undefined && id === active?.id)
        speak.toClient(withMeta(notification, { remove: subscriptionKey, add: [] }));
      return true;
    },

    /** Takes the answer to a subscription, which is its end; false for any other. */
    answered(response: Response): boolean {
      const id = ownId(response.idText);
      if (id === undefined) return false;
      if (id === active?.id) {
        ended();
        return true;
      }
      if (id !== opening?.id) return false;
      const { code, message } = errorOf(response);
      if (response.failed) refused(message, code);
      else refused('The server ended the subscription before it began.', wireCodes.internal);
      return true;
    },

    end() {
      stopTimer?.();
      pauses.over();
      waiting = [];
    },
  };
}

/** One of our own ids, where a peer gave it back as a number or as its digits. */
const idOf = (value: unknown): number | undefined =>
  typeof value === 'number' || typeof value === 'string' ? ownId(JSON.stringify(value)) : undefined;
