import { errorAnswer } from '../../shared/answers.ts';
import type { EraLimits } from './era-ports.ts';
import { notificationText, type Speaker } from './line-text.ts';
import { idKey, isObject, type JsonObject, type Notification, type Request } from './message.ts';
import type { LegacyServer } from './modern-session.ts';
import { withMeta } from './reshape.ts';
import type { ServerAsks } from './server-asks.ts';
import { changeFilters, metaKeys, wireCodes } from './vocabulary.ts';

/** What the subscriptions of a modern client need. */
export interface ModernListenPorts {
  readonly speak: Speaker;
  readonly asks: ServerAsks;
  readonly limits: EraLimits;
}

/** One `subscriptions/listen`. */
interface Subscription {
  readonly idText: string;
  readonly changes: ReadonlySet<string>;
  /** What it watches: only once the server agreed. */
  readonly uris: Set<string>;
  acknowledged: boolean;
}

const subscriptionKey = new Set<string>([metaKeys.subscription]);

/**
 * `subscriptions/listen` for a legacy server: list changes it tells unasked, and resources by `resources/subscribe`,
 * once for all that watch one.
 */
export function makeModernListen(ports: ModernListenPorts) {
  const { speak, asks, limits } = ports;
  const open = new Map<string, Subscription>();
  const watchers = new Map<string, number>();

  const uriParams = (uri: string) => JSON.stringify({ uri });

  function listen(request: Request, { capabilities }: LegacyServer) {
    const { idText } = request;
    const no = (code: number, text: string) => speak.toClient(errorAnswer(idText, code, text));
    const filter = request.params.notifications;
    if (!isObject(filter))
      return no(wireCodes.invalidParams, 'The request names no notifications.');
    if (open.has(idKey(idText)))
      return no(wireCodes.invalidRequest, 'A subscription with this id is open. Use a fresh id.');
    if (open.size >= limits.subscriptions)
      return no(wireCodes.internal, 'The client has too many subscriptions already.');
    const asked = urisOf(filter);
    const wanted = can(capabilities, 'resources', 'subscribe') ? asked : [];
    if (asked.length > limits.watched || watchers.size + wanted.length > limits.watched)
      return no(wireCodes.internal, 'The client watches too many resources already.');
    const changes = [...changeFilters].filter(
      ([method, member]) =>
        filter[member] === true && can(capabilities, areaOf(method), 'listChanged'),
    );
    const subscription: Subscription = {
      idText,
      changes: new Set(changes.map(([method]) => method)),
      uris: new Set(),
      acknowledged: false,
    };
    open.set(idKey(idText), subscription);
    let left = wanted.length;
    const agreed = () => {
      if (open.get(idKey(idText)) === subscription) acknowledge(subscription);
    };
    if (left === 0) return agreed();
    for (const uri of wanted) {
      subscription.uris.add(uri);
      hold(uri, (fine) => {
        if (!fine && subscription.uris.delete(uri)) release(uri);
        left -= 1;
        if (left === 0) agreed();
      });
    }
  }

  /** Watches a resource once more; the server is asked every time, so that a refusal is heard by each. */
  function hold(uri: string, done: (fine: boolean) => void) {
    watchers.set(uri, (watchers.get(uri) ?? 0) + 1);
    asks.ask('resources/subscribe', uriParams(uri), limits.subscribeMs, (response) =>
      done(response?.failed === false),
    );
  }

  function release(uri: string) {
    const left = (watchers.get(uri) ?? 1) - 1;
    if (left > 0) {
      watchers.set(uri, left);
      return;
    }
    watchers.delete(uri);
    asks.ask('resources/unsubscribe', uriParams(uri), limits.subscribeMs, () => undefined);
  }

  function acknowledge(subscription: Subscription) {
    const { idText, changes, uris } = subscription;
    const agreed: Record<string, unknown> = {};
    for (const method of changes) agreed[changeFilters.get(method) ?? ''] = true;
    if (uris.size > 0) agreed.resourceSubscriptions = [...uris];
    subscription.acknowledged = true;
    speak.toClient(
      notificationText(
        'notifications/subscriptions/acknowledged',
        `{"_meta":{${JSON.stringify(metaKeys.subscription)}:${idText}},"notifications":${JSON.stringify(agreed)}}`,
      ),
    );
  }

  const concerns = ({ changes, uris }: Subscription, { method, params }: Notification): boolean => {
    if (method !== 'notifications/resources/updated') return changes.has(method);
    const { uri } = params;
    // A sub-resource of what is watched may be named instead (2026-07-28, ResourceUpdatedNotification).
    return typeof uri === 'string' && [...uris].some((one) => uri === one || uri.startsWith(one));
  };

  return {
    listen,
    /** True where a subscription of this id was open: it is not any more. */
    cancel(idText: string): boolean {
      const subscription = open.get(idKey(idText));
      if (subscription === undefined) return false;
      open.delete(idKey(idText));
      const uris = [...subscription.uris];
      subscription.uris.clear();
      for (const uri of uris) release(uri);
      return true;
    },
    has: (idText: string): boolean => open.has(idKey(idText)),
    /** Takes a notification that only subscriptions get; false for any other. */
    notified(notification: Notification): boolean {
      const { method } = notification;
      if (!changeFilters.has(method) && method !== 'notifications/resources/updated') return false;
      for (const subscription of open.values()) {
        if (!subscription.acknowledged || !concerns(subscription, notification)) continue;
        const add = [[metaKeys.subscription, subscription.idText] as const];
        speak.toClient(withMeta(notification, { remove: subscriptionKey, add }));
      }
      return true;
    },
  };
}

const areaOf = (method: string): string => method.split('/')[1] ?? '';

function can(capabilities: JsonObject, area: string, what: string): boolean {
  const of = capabilities[area];
  return isObject(of) && of[what] === true;
}

function urisOf({ resourceSubscriptions }: JsonObject): string[] {
  if (!Array.isArray(resourceSubscriptions)) return [];
  return [
    ...new Set(resourceSubscriptions.filter((uri): uri is string => typeof uri === 'string')),
  ];
}
