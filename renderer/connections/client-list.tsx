import { Search } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import type { ClientView } from '../../shared/client.ts';
import { Button } from '../components/button.tsx';
import { Choice } from '../components/choice.tsx';
import { number } from '../components/count.ts';
import { Empty } from '../components/screen.tsx';
import { SearchField } from '../components/search-field.tsx';
import { type CardPorts, ClientCard } from './client-card.tsx';
import { coverageOf } from './connection-words.ts';
import { countStates, type Filter, filterClients, type StateFilter } from './filter.ts';

/** With more clients than this, those that want nothing of a person are closed at first. */
const fewClients = 6;

/** The clients that pass the filter, each to open and close; the arrow keys go from one to the next. */
export function ClientList(props: {
  readonly clients: readonly ClientView[];
  readonly filter: Filter;
  readonly ports: CardPorts;
  readonly onFilter: (filter: Filter) => void;
  readonly onProtect: (client: ClientView) => void;
  readonly onRestore: (client: ClientView) => void;
}) {
  const { clients, filter, ports, onFilter, onProtect, onRestore } = props;
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const { aroundOf } = ports;
  const counts = countStates(clients, aroundOf);
  const shown = filterClients(clients, filter, aroundOf);
  const filtered = filter.text.trim() !== '' || filter.state !== 'all';

  const isOpen = (client: ClientView): boolean =>
    chosen.get(client.id) ??
    (filtered ||
      clients.length <= fewClients ||
      coverageOf([client]).open > 0 ||
      countStates([client], aroundOf).problem > 0);
  const anyOpen = shown.some(isOpen);
  const setFilter = (next: Filter) => {
    setChosen(new Map());
    onFilter(next);
  };
  const options: (readonly [StateFilter, string])[] = [
    ['all', `All ${number(counts.all)}`],
    ['open', `Not protected ${number(counts.open)}`],
    ['problem', `Problems ${number(counts.problem)}`],
  ];
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <Choice
          legend="Show"
          options={options}
          value={filter.state}
          onChange={(state) => setFilter({ ...filter, state })}
        />
        <SearchField
          label="Search connections"
          placeholder="Client, server or file"
          value={filter.text}
          onChange={(text) => setFilter({ ...filter, text })}
        />
        {clients.length > 1 ? (
          <Button
            look="link"
            onClick={() => setChosen(new Map(clients.map(({ id }) => [id, !anyOpen])))}
          >
            {anyOpen ? 'Close all' : 'Open all'}
          </Button>
        ) : null}
      </div>
      {shown.length === 0 ? (
        <Empty
          icon={Search}
          title={
            filter.state === 'problem' && counts.problem === 0 ? 'No problems' : 'Nothing matches'
          }
          action={<Button onClick={() => setFilter({ text: '', state: 'all' })}>Show all</Button>}
        >
          {filter.state === 'open' && counts.open === 0
            ? 'Every server goes through Airlock.'
            : 'No client or server fits this search and filter.'}
        </Empty>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys work on the buttons inside, which stay buttons
        <div className="flex flex-col gap-4" data-testid="clients" onKeyDown={moveBetweenGroups}>
          {shown.map((found) => {
            const client = clients.find(({ id }) => id === found.id) ?? found;
            const open = isOpen(client);
            return (
              <ClientCard
                key={client.id}
                client={client}
                files={found.files}
                open={open}
                ports={ports}
                onToggle={() => setChosen(new Map(chosen).set(client.id, !open))}
                onProtect={() => onProtect(client)}
                onRestore={() => onRestore(client)}
              />
            );
          })}
        </div>
      )}
    </>
  );
}

const steps: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_, last) => last,
};

function moveBetweenGroups(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  const heads = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-group]')];
  const at = heads.indexOf(event.target as HTMLElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  heads[step(at, heads.length - 1)]?.focus();
}
