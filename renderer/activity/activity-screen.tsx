import { Activity, Search } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { Empty, Loaded, Screen } from '../components/screen.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { AttentionList } from '../dashboard/attention-list.tsx';
import { remedy } from '../dashboard/protection-words.ts';
import { ActivityTable } from './activity-table.tsx';
import { CallDrawer } from './call-drawer.tsx';
import type { OutcomeFilter, Row } from './rows.ts';
import { useActivity, useStill } from './use-activity.ts';

const filters: readonly (readonly [OutcomeFilter, string])[] = [
  ['calls', 'Calls'],
  ['asked', 'Asked'],
  ['refused', 'Refused'],
  ['all', 'Everything'],
];

/** What agents do, live: every call with its decision and outcome, to search, filter and look into. */
export function ActivityScreen() {
  const { api, state, go } = useApp();
  const [filter, setFilter] = useState<OutcomeFilter>('calls');
  const [typed, setTyped] = useState('');
  const search = useStill(typed, 200);
  const [chosen, setChosen] = useState<string>();
  const activity = useActivity(api, state.recent, search, filter);
  // What a banner says already need not be said twice.
  const matters = state.attention.filter((item) => remedy(item.kind).at !== 'banner');
  return (
    <Screen
      fixed
      title="Activity"
      about="Every call an agent makes through Airlock, as it happens."
    >
      {matters.length > 0 ? (
        <section
          aria-label="Needs attention"
          className="max-h-32 shrink-0 overflow-auto rounded-panel border border-line bg-surface px-3 py-1.5"
        >
          <AttentionList items={matters} />
        </section>
      ) : null}
      <div className="flex flex-wrap items-center gap-3">
        <Filters filter={filter} onFilter={setFilter} />
        <label className="relative min-w-48 flex-1">
          <span className="sr-only">Search activity</span>
          <Search size={14} aria-hidden="true" className="absolute start-2.5 top-2 text-muted" />
          <input
            type="search"
            value={typed}
            maxLength={200}
            onChange={(event) => setTyped(event.target.value)}
            placeholder="Tool, server, client or words"
            className="h-7.5 w-full rounded-control border border-control bg-surface ps-8 pe-2 placeholder:text-muted"
          />
        </label>
      </div>
      <Loaded of={activity.rows} waiting="Reading the audit trail…" again={activity.again}>
        {(rows) =>
          rows.length === 0 ? (
            search === '' && filter !== 'refused' && filter !== 'asked' ? (
              <Empty
                icon={Activity}
                title="No calls yet"
                action={<Button onClick={() => go('connections')}>See connections</Button>}
              >
                Once a client is protected, its calls appear here.
              </Empty>
            ) : (
              <Empty icon={Search} title="Nothing matches">
                No recorded call fits this search and filter.
              </Empty>
            )
          ) : (
            <>
              <ActivityTable
                rows={rows}
                chosen={chosen}
                onChoose={(row) => setChosen(row.key)}
                foot={
                  <p className="py-4 text-center text-muted">
                    {activity.more ? (
                      <Button onClick={activity.loadOlder} disabled={activity.loadingOlder}>
                        {activity.loadingOlder ? 'Loading…' : 'Load older'}
                      </Button>
                    ) : (
                      'That is everything.'
                    )}
                  </p>
                }
              />
              <Chosen rows={rows} chosen={chosen} onClose={() => setChosen(undefined)} />
            </>
          )
        }
      </Loaded>
    </Screen>
  );
}

function Chosen(props: {
  readonly rows: readonly Row[];
  readonly chosen: string | undefined;
  readonly onClose: () => void;
}) {
  const row = props.rows.find((one) => one.key === props.chosen);
  return row ? <CallDrawer row={row} onClose={props.onClose} /> : null;
}

function Filters(props: {
  readonly filter: OutcomeFilter;
  readonly onFilter: (filter: OutcomeFilter) => void;
}) {
  return (
    <fieldset className="flex overflow-hidden rounded-control border border-control">
      <legend className="sr-only">Show</legend>
      {filters.map(([name, label]) => (
        <label
          key={name}
          className="relative flex h-7 cursor-default items-center border-control px-3 not-first-of-type:border-s hover:bg-hover has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="filter"
            value={name}
            checked={props.filter === name}
            onChange={() => props.onFilter(name)}
            className="absolute inset-0 opacity-0"
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
