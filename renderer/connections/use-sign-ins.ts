import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { PageApi } from '../../shared/ipc.ts';
import type { SignInStatus } from '../../shared/sign-in.ts';
import type { AppState } from '../../shared/state.ts';
import { useLoad } from '../components/use-load.ts';
import { sentence } from '../latest.ts';

/** The sign-ins of all connections, and what a person can do about each. */
interface SignIns {
  readonly of: ReadonlyMap<string, SignInStatus>;
  /** Why the statuses could not be read; empty while they could. */
  readonly problem: string;
  /** Why the last press for a connection came to nothing; empty where there is nothing to say. */
  readonly failed: ReadonlyMap<string, string>;
  /** Opens the browser and waits; pressed again, opens it again. */
  readonly begin: (connectionId: string) => void;
  readonly cancel: (connectionId: string) => void;
  readonly again: () => void;
}

const touches = (kind: string): boolean =>
  kind.startsWith('sign-in.') || kind.startsWith('token.') || kind === 'signed-out';

/** Follows the sign-ins: asked for at first, then whenever the trail or the attention tells of one. */
export function useSignIns(api: PageApi<'dashboard'>, state: AppState): SignIns {
  const fetch = useCallback(() => api.listSignIns({}), [api]);
  const loaded = useLoad(fetch);
  const { again } = loaded;
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState<ReadonlyMap<string, string>>(new Map());

  const trigger = [
    state.recent.find((entry) => touches(entry.kind))?.sequence ?? 0,
    ...state.attention.filter((item) => item.kind === 'sign-in').map((item) => item.id),
  ].join(' ');
  const seen = useRef(trigger);
  useEffect(() => {
    if (seen.current === trigger) return;
    seen.current = trigger;
    again();
  }, [trigger, again]);

  const tell = useCallback((connectionId: string, message: string) => {
    setFailed((before) => new Map(before).set(connectionId, message));
  }, []);

  const begin = useCallback(
    (connectionId: string) => {
      tell(connectionId, '');
      setWaiting((before) => new Set(before).add(connectionId));
      api
        .signIn({ connectionId })
        .then(
          (result) => {
            // Cancelled by the person, who need not be told.
            if (!result.ok && result.problem.code !== 'stopped') {
              tell(connectionId, result.problem.message);
            }
          },
          (error: unknown) => tell(connectionId, sentence(error)),
        )
        .finally(() => {
          setWaiting((before) => new Set([...before].filter((id) => id !== connectionId)));
          again();
        });
    },
    [api, tell, again],
  );

  const cancel = useCallback(
    (connectionId: string) => {
      api
        .cancelSignIn({ connectionId })
        .then(again, (error: unknown) => tell(connectionId, sentence(error)));
    },
    [api, again, tell],
  );

  const items = loaded.of.state === 'ready' ? loaded.of.value : none;
  const of = useMemo(
    () =>
      new Map(
        items.map(({ connectionId, status }): [string, SignInStatus] => [
          connectionId,
          waiting.has(connectionId) ? { state: 'signing-in', since: 0 } : status,
        ]),
      ),
    [items, waiting],
  );
  const problem = loaded.of.state === 'failed' ? loaded.of.message : '';
  return { of, problem, failed, begin, cancel, again };
}

const none: readonly { readonly connectionId: string; readonly status: SignInStatus }[] = [];
