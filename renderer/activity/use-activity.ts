import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Entry } from '../../shared/audit.ts';
import type { PageApi } from '../../shared/ipc.ts';
import { type Snapshot, sentence } from '../latest.ts';
import { type Known, nothingKnown, oldestFetched, rowsOf, takeLive, takePage } from './entries.ts';
import type { OutcomeFilter, Row } from './rows.ts';

/** Entries of one page. */
const pageSize = 200;

/** The activity as the table shows it. */
export interface ActivityView {
  readonly rows: Snapshot<readonly Row[]>;
  /** True while main may hold older entries for this filter. */
  readonly more: boolean;
  readonly loadingOlder: boolean;
  readonly loadOlder: () => void;
  readonly again: () => void;
}

/** A value that follows another once that has stood still for `ms`. */
export function useStill<T>(value: T, ms: number): T {
  const [still, setStill] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return still;
}

/** Follows the trail: pages from main by search and filter, joined with what main pushes live. */
export function useActivity(
  api: PageApi<'dashboard'>,
  recent: readonly Entry[],
  search: string,
  filter: OutcomeFilter,
): ActivityView {
  const [known, setKnown] = useState<Known>(nothingKnown);
  const [load, setLoad] = useState<Snapshot<null>>({ state: 'loading' });
  const [more, setMore] = useState(false);
  const [loadingOlder, setLoadingOlder] = useState(false);
  const turn = useRef(0);

  const fetchPage = useCallback(
    (before: number | undefined) => {
      turn.current += 1;
      const mine = turn.current;
      setLoadingOlder(before !== undefined);
      const query = { limit: pageSize, search, outcome: filter };
      api.listActivity(before === undefined ? query : { ...query, before }).then(
        (page) => {
          if (mine !== turn.current) return;
          setKnown((then) => takePage(then, page, before === undefined));
          setMore(page.length === pageSize);
          setLoad({ state: 'ready', value: null });
          setLoadingOlder(false);
        },
        (error: unknown) => {
          if (mine !== turn.current) return;
          setLoad({ state: 'failed', message: sentence(error) });
          setLoadingOlder(false);
        },
      );
    },
    [api, search, filter],
  );

  const again = useCallback(() => {
    setLoad((then) => (then.state === 'failed' ? { state: 'loading' } : then));
    fetchPage(undefined);
  }, [fetchPage]);

  useEffect(again, [again]);
  useEffect(() => setKnown((then) => takeLive(then, recent)), [recent]);
  const { gap } = known;
  useEffect(() => {
    if (gap) fetchPage(undefined);
  }, [gap, fetchPage]);

  const rows = useMemo(() => rowsOf(known, search, filter), [known, search, filter]);
  return {
    rows: load.state === 'ready' ? { state: 'ready', value: rows } : load,
    more,
    loadingOlder,
    loadOlder: () => fetchPage(oldestFetched(known)),
    again,
  };
}
