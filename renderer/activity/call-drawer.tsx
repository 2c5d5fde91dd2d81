import { type ReactNode, useCallback } from 'react';
import type { Entry } from '../../shared/audit.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { bytes } from '../components/count.ts';
import { Code, Facts } from '../components/facts.tsx';
import { Findings } from '../components/findings.tsx';
import { jsonIndent } from '../components/json-indent.ts';
import { Modal } from '../components/modal.tsx';
import { Part } from '../components/part.tsx';
import { sourceWords, writtenRisk } from '../components/risk-words.ts';
import { clockTime, duration, fullTime } from '../components/time-words.ts';
import { Toned } from '../components/tone.tsx';
import { useLoad } from '../components/use-load.ts';
import { useApp } from '../dashboard/app-context.ts';
import { answerHow, cells, kindWord } from './row-words.ts';
import { newest, type Row, withEntries } from './rows.ts';

const code = (value: string | undefined): ReactNode =>
  value === undefined || value === '' ? undefined : <Code>{value}</Code>;

const number = (value: number | undefined, words: (value: number) => string): string | undefined =>
  value === undefined ? undefined : words(value);

/** The whole record of one call or event: a filtered list knows only some of it, so the rest is asked for. */
export function CallDrawer(props: { readonly row: Row; readonly onClose: () => void }) {
  const { onClose } = props;
  const { api } = useApp();
  const callId = props.row.entries[0]?.callId;
  const near = props.row.sequence;
  const fetch = useCallback(
    () =>
      callId === undefined
        ? Promise.resolve([])
        : api.listActivity({ callId, near, limit: 200, search: '', outcome: 'all' }),
    [api, callId, near],
  );
  const rest = useLoad(fetch);
  const row = rest.of.state === 'ready' ? withEntries(props.row, rest.of.value) : props.row;
  const show = cells(row);
  const has = <T,>(pick: (entry: Entry) => T | undefined) => newest(row, pick);
  const process = has((entry) => entry.process);
  const server = has((entry) => entry.server);
  const connection = has((entry) => entry.connection);
  const argumentsText = has((entry) => entry.arguments);
  const decision = has((entry) => entry.decision);
  const approver = has((entry) => entry.approver);
  const findings = row.entries.flatMap((entry) => entry.findings ?? []);
  const unique = [...new Map(findings.map((found) => [JSON.stringify(found), found])).values()];
  return (
    <Modal
      shape="drawer"
      onClose={onClose}
      title={<bdi className={row.kind === 'call' ? 'font-mono' : ''}>{show.what}</bdi>}
    >
      <div className="flex flex-col gap-5" data-testid="record">
        {rest.of.state === 'failed' ? (
          <Callout tone="warn" alert>
            <p>The rest of this call could not be read: {rest.of.message}</p>
            <Button className="mt-2" onClick={rest.again}>
              Try again
            </Button>
          </Callout>
        ) : null}
        {row.kind === 'call' ? (
          <p className="flex flex-wrap gap-x-4">
            <Toned tone={show.decision.tone}>{show.decision.text}</Toned>
            <Toned tone={show.outcome.tone}>{show.outcome.text}</Toned>
          </p>
        ) : null}
        {row.entries.some((entry) => entry.detail) ? (
          <div>
            {row.entries.map((entry) =>
              entry.detail ? (
                <p key={entry.id}>
                  <bdi>{entry.detail}</bdi>
                </p>
              ) : null,
            )}
          </div>
        ) : null}
        {unique.length > 0 ? (
          <Part title="Findings">
            <Findings findings={unique} />
          </Part>
        ) : null}
        {argumentsText === undefined ? null : (
          <Part title="Arguments, secrets masked">
            <CodeBlock text={jsonIndent(argumentsText)} label="Arguments" />
          </Part>
        )}
        {decision ? (
          <Part title="Rules that decided">
            <ul className="flex flex-col gap-1.5">
              {decision.rules.map((rule) => (
                <li key={`${rule.source} ${rule.id}`}>
                  <bdi>{rule.text}</bdi>
                  <span className="block text-xs text-muted">
                    {sourceWords(rule.source)} · <Code>{rule.id}</Code>
                  </span>
                </li>
              ))}
            </ul>
            <p className="mt-1.5 text-muted">Risk: {writtenRisk(decision.risk)}</p>
          </Part>
        ) : null}
        {approver ? (
          <Part title="Answer">
            <Facts
              rows={[
                ['By', <bdi key="by">{approver.by}</bdi>],
                ['How', answerHow(approver.how)],
                ['Looked for', number(approver.lookedMs, duration)],
                ['Grant', code(approver.grantId)],
              ]}
            />
          </Part>
        ) : null}
        <Part title="Who and where">
          <Facts
            rows={[
              ['Client', <bdi key="client">{show.client}</bdi>],
              ['Person', has((entry) => entry.person)],
              ['Process', process ? `${process.pid} ${process.command ?? ''}` : undefined],
              ['Connection', connection?.name],
              ['Session', code(connection?.sessionId)],
              ['Server', code(server?.label)],
              ['Says it is', server?.name ? `${server.name} ${server.version ?? ''}` : undefined],
              ['Server id', code(server?.id)],
              ['Request', code(has((entry) => entry.method))],
            ]}
          />
        </Part>
        <Part title="Measures and hashes">
          <Facts
            rows={[
              [
                'Took',
                number(
                  has((entry) => entry.durationMs),
                  duration,
                ),
              ],
              [
                'Sent',
                number(
                  has((entry) => entry.bytesIn),
                  bytes,
                ),
              ],
              [
                'Received',
                number(
                  has((entry) => entry.bytesOut),
                  bytes,
                ),
              ],
              ['Definition', code(has((entry) => entry.tool?.pin))],
              ['Arguments', code(has((entry) => entry.argumentsHash))],
              ['Result', code(has((entry) => entry.resultHash))],
              ['Trace', code(has((entry) => entry.traceparent))],
              ['Call id', code(has((entry) => entry.callId))],
            ]}
          />
        </Part>
        <Part title="In the audit trail">
          <ol className="flex flex-col gap-2">
            {row.entries.map((entry) => (
              <li key={entry.id}>
                <p>
                  <span className="tabular-nums">#{entry.sequence}</span> {kindWord(entry.kind)},{' '}
                  <time dateTime={new Date(entry.time).toISOString()} title={fullTime(entry.time)}>
                    {clockTime(entry.time)}
                  </time>
                </p>
                <p className="text-muted">
                  <Code>{entry.hash}</Code>
                </p>
              </li>
            ))}
          </ol>
        </Part>
      </div>
    </Modal>
  );
}
