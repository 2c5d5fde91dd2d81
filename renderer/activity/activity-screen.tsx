import { Activity, Search } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { Choice } from '../components/choice.tsx';
import { Empty, Loaded, Screen } from '../components/screen.tsx';
import { SearchField } from '../components/search-field.tsx';
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
        <Choice legend="Show" options={filters} value={filter} onChange={setFilter} />
        <SearchField
          label="Search activity"
          placeholder="Tool, server, client or words"
          value={typed}
          onChange={setTyped}
        />
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
