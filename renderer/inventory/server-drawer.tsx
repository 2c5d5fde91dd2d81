import type { InventoryServer, InventoryTool, ServerPackage } from '../../shared/inventory.ts';
import { count } from '../components/count.ts';
import { Code, Facts } from '../components/facts.tsx';
import { FoldedList } from '../components/folded-list.tsx';
import { Modal } from '../components/modal.tsx';
import { Part } from '../components/part.tsx';
import { riskWords } from '../components/risk-words.ts';
import { dateTime, duration, fullTime } from '../components/time-words.ts';
import { Toned } from '../components/tone.tsx';
import { ownerSource, pinWords, routeWords, trustWords } from './inventory-words.ts';
import { ServerUses } from './server-uses.tsx';

const packageText = ({ kind, name, version }: ServerPackage): string =>
  version === undefined ? `${kind}: ${name}, version not pinned` : `${kind}: ${name} ${version}`;

/** Everything that is known of one server, with what each statement rests on. */
export function ServerDrawer(props: {
  readonly server: InventoryServer;
  readonly onClose: () => void;
}) {
  const { server, onClose } = props;
  const now = Date.now();
  const route = routeWords(server.route.state);
  const trust = trustWords(server.trust.state);
  const { owner, detectedAfterMs } = server;
  return (
    <Modal shape="drawer" title={<bdi>{server.label}</bdi>} onClose={onClose}>
      <div className="flex flex-col gap-5" data-testid="server">
        <div className="flex flex-col gap-2">
          <div>
            <Toned tone={route.tone}>{route.text}</Toned>
            <p className="text-muted">
              <bdi>{server.route.evidence}</bdi>
            </p>
          </div>
          <div>
            <Toned tone={trust.tone}>{trust.text}</Toned>
            <p className="text-muted">
              <bdi>{server.trust.reason}</bdi>
            </p>
          </div>
        </div>
        <Part title="Who uses it">
          <ServerUses uses={server.uses} now={now} />
        </Part>
        <Part
          title={
            server.tools.length === 0 ? 'Tools' : `Tools: ${count(server.tools.length, 'tool')}`
          }
        >
          {server.tools.length === 0 ? (
            <p className="text-muted">
              None seen yet. Airlock learns them when an agent asks for them through it.
            </p>
          ) : (
            <FoldedList
              items={server.tools}
              first={10}
              noun="tools"
              className="flex flex-col gap-1.5"
            >
              {(tool) => <Tool key={tool.name} tool={tool} />}
            </FoldedList>
          )}
        </Part>
        <Part title="What and whose it is">
          <Facts
            rows={[
              ['Runs', <Code key="target">{server.target}</Code>],
              ['Package', server.package ? packageText(server.package) : undefined],
              ['Owner', owner ? `${owner.name} (${ownerSource(owner.from)})` : 'Not known'],
              ['Running now', server.live > 0 ? count(server.live, 'session') : 'No'],
              ['First seen', dateTime(server.firstSeenAt, now)],
              ['Last seen', dateTime(server.lastSeenAt, now)],
              [
                'Noticed after',
                detectedAfterMs === undefined ? undefined : duration(detectedAfterMs),
              ],
              ['Id', <Code key="id">{server.id}</Code>],
            ]}
          />
        </Part>
        {server.versions.length > 0 ? (
          <Part title="What it said it is">
            <FoldedList
              items={server.versions}
              first={4}
              noun="versions"
              className="flex flex-col gap-1"
            >
              {(seen) => (
                <li key={`${seen.name} ${seen.version}`}>
                  <bdi className="font-medium">
                    {seen.name} {seen.version}
                  </bdi>
                  <span className="block text-xs text-muted">
                    {fullTime(seen.firstSeenAt)} to {fullTime(seen.lastSeenAt)}
                  </span>
                </li>
              )}
            </FoldedList>
          </Part>
        ) : null}
      </div>
    </Modal>
  );
}

function Tool({ tool }: { readonly tool: InventoryTool }) {
  const risk = riskWords(tool.risk);
  const pin = pinWords(tool.state);
  return (
    <li>
      <p>
        <bdi className="font-mono text-xs">{tool.name}</bdi>
        {tool.title === undefined ? null : (
          <bdi className="ms-2 text-xs text-muted">{tool.title}</bdi>
        )}
      </p>
      <p className="flex flex-wrap gap-x-3 text-xs">
        <Toned tone={risk.tone}>{risk.text}</Toned>
        <Toned tone={pin.tone}>{pin.text}</Toned>
        {tool.findings > 0 ? <Toned tone="warn">{count(tool.findings, 'finding')}</Toned> : null}
      </p>
    </li>
  );
}
