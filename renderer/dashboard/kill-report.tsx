import type { KillReport } from '../../shared/kill.ts';
import { Callout } from '../components/callout.tsx';
import { itemName, reportSentence, survivorWords } from '../components/kill-words.ts';
import { duration } from '../components/time-words.ts';

/** What a kill did: the sum in one sentence, survivors by name and process id, and each thing with its proof. */
export function KillReportView({ report }: { readonly report: KillReport }) {
  const survived = report.survivors.length > 0;
  return (
    <div className="flex flex-col gap-3" data-testid="kill-report">
      <Callout tone={survived ? 'danger' : report.verified ? 'ok' : 'warn'} alert>
        <p className="font-medium">{reportSentence(report)}</p>
        <p className="text-muted">
          Nothing was forwarded after {duration(report.forwardingStoppedMs)}
          {survived ? '' : `; processes were gone after ${duration(report.processesGoneMs)}`}.
        </p>
      </Callout>
      {survived ? (
        <ul className="flex flex-col gap-1 text-danger">
          {report.survivors.map((item) => (
            <li key={`${item.kind} ${item.id}`}>
              <strong className="font-semibold">
                <bdi>{survivorWords(item)}</bdi>
              </strong>{' '}
              <bdi>{item.detail}</bdi>
            </li>
          ))}
        </ul>
      ) : null}
      {report.items.length > 0 ? (
        <details>
          <summary className="w-fit text-muted">Each thing that was stopped</summary>
          <ul className="mt-2 flex flex-col gap-1">
            {report.items.map((item) => (
              <li key={`${item.kind} ${item.id}`} className="flex gap-2">
                <bdi className="min-w-0 flex-1">{itemName(item)}</bdi>
                <bdi className={item.stopped ? 'text-muted' : 'text-danger'}>{item.detail}</bdi>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}
