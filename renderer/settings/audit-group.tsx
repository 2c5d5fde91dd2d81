import type { VerifyReport } from '../../shared/audit.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { number } from '../components/count.ts';
import { Code } from '../components/facts.tsx';
import { Toned } from '../components/tone.tsx';
import { useNow } from '../components/use-now.ts';
import { useTask } from '../components/use-task.ts';
import { useApp } from '../dashboard/app-context.ts';
import { deliveryWords, verifyWords } from './delivery-words.ts';
import { Group, Setting, TextSetting } from './field.tsx';
import { useSave } from './use-save.ts';
import { checkEndpoint } from './validation.ts';

/** Where the audit goes, whether it arrives, and whether it is unbroken. */
export function AuditGroup() {
  const { state } = useApp();
  const save = useSave();
  const now = useNow(1000);
  const { delivery, trail, holds } = state;
  const words = deliveryWords(delivery, now);
  return (
    <Group title="Audit">
      <TextSetting
        name="Endpoint"
        about="OTLP/HTTP logs of your organisation. Empty: entries stay on this machine."
        value={state.settings.auditEndpoint}
        check={checkEndpoint}
        save={(text) => save({ auditEndpoint: text })}
        hold={holds.auditEndpoint}
        placeholder="https://collector.example.com/v1/logs"
      />
      <Setting
        name="Delivery"
        about="Nothing is deleted here before the endpoint has acknowledged it."
      >
        <Toned tone={words.tone}>{words.text}</Toned>
        {delivery.lastError === undefined ? null : (
          <p className="mt-1 text-danger">
            <bdi>{delivery.lastError}</bdi>
          </p>
        )}
      </Setting>
      <Setting
        name="Trail"
        about={
          <>
            {number(trail.sequence)} entries in chain <Code>{trail.chain}</Code>
          </>
        }
      >
        {trail.writable ? (
          <Toned tone="ok">Recording</Toned>
        ) : (
          <Toned tone="danger">Calls are refused: {trail.problem}</Toned>
        )}
      </Setting>
      <Verify />
      <Export />
    </Group>
  );
}

function Verify() {
  const { api } = useApp();
  const { task, start } = useTask(() => api.verifyAudit({}));
  return (
    <Setting name="Verify" about="Computes every hash anew and checks the device’s signatures.">
      <Button onClick={start} disabled={task.at === 'running'} data-testid="verify">
        {task.at === 'running' ? 'Verifying…' : 'Verify the trail'}
      </Button>
      <div role="status" className="mt-2 empty:hidden">
        {task.at === 'failed' ? <Callout tone="danger">{task.message}</Callout> : null}
        {task.at === 'done' ? <Verified report={task.value} /> : null}
      </div>
    </Setting>
  );
}

function Verified({ report }: { readonly report: VerifyReport }) {
  return (
    <Callout tone={report.ok ? 'ok' : 'danger'}>
      <p>{verifyWords(report)}</p>
      {report.problems.length > 0 ? (
        <ul className="mt-1">
          {report.problems.map((problem) => (
            <li key={`${problem.sequence} ${problem.message}`}>
              #{problem.sequence}: {problem.message}
            </li>
          ))}
        </ul>
      ) : (
        <p className="mt-1 text-muted">
          Last hash <Code>{report.lastHash}</Code>
        </p>
      )}
    </Callout>
  );
}

function Export() {
  const { api } = useApp();
  const { task, start } = useTask(() => api.exportAudit({}));
  return (
    <Setting
      name="Export"
      about="Writes every entry and checkpoint to a file that others can verify."
    >
      <Button onClick={start} disabled={task.at === 'running'} data-testid="export">
        {task.at === 'running' ? 'Exporting…' : 'Export the trail'}
      </Button>
      <div role="status" className="mt-2 empty:hidden">
        {task.at === 'failed' ? <Callout tone="danger">{task.message}</Callout> : null}
        {task.at === 'done' && !task.value.ok ? (
          <Callout tone="danger">{task.value.problem.message}</Callout>
        ) : null}
        {task.at === 'done' && task.value.ok ? (
          <Callout tone="ok">
            {number(task.value.value.entries)} entries written to{' '}
            <Code>{task.value.value.path}</Code>
          </Callout>
        ) : null}
      </div>
    </Setting>
  );
}
