import type { ApprovalCard } from '../../shared/approval.ts';
import type { Finding } from '../../shared/finding.ts';
import { count } from '../components/count.ts';
import { riskWords, sourceWords, type Tone } from '../components/risk-words.ts';
import { Arguments } from './arguments.tsx';
import { headline } from './card-words.ts';
import { Glyph } from './glyph.tsx';

const severityTone: Readonly<Record<Finding['severity'], Tone>> = {
  high: 'danger',
  medium: 'warn',
  low: 'info',
};

const severityWord: Readonly<Record<Finding['severity'], string>> = {
  high: 'Serious',
  medium: 'Suspicious',
  low: 'Note',
};

/** What a card says, top to bottom as a person needs it: who and what, what was found, with what, why. */
export function CardBody({
  card,
  labelId,
}: {
  readonly card: ApprovalCard;
  readonly labelId: string;
}) {
  const { who, wants, what } = headline(card);
  const risk = riskWords(card.risk.level);
  return (
    <div className="body">
      <div>
        <div className={`chip ${risk.tone}`}>
          <Glyph shape={risk.tone} />
          {risk.text}
        </div>
        <h1 id={labelId}>
          <span className="ask">
            <bdi className="who">{who}</bdi> {wants}
          </span>
          {what === '' ? null : <bdi className="what">{what}</bdi>}
        </h1>
      </div>
      <p className="where">
        on <bdi className="name">{card.connectionName}</bdi>
        <bdi className="server">{card.serverLabel}</bdi>
      </p>
      {card.count > 1 ? (
        <p className="repeat">Asked {count(card.count, 'time')}; one answer holds for all.</p>
      ) : null}
      <Findings findings={card.findings} />
      {card.changes.length > 0 ? (
        <section aria-label="New since last time" className="changes">
          <h2>New since the last call you allowed</h2>
          <ul>
            {card.changes.map((line) => (
              <li key={line} className="change">
                <bdi>{line}</bdi>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Arguments key={card.id} text={card.argumentsText} />
      <Why card={card} />
      <Details card={card} />
    </div>
  );
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="findings" aria-label="What was found">
      {findings.map((finding) => (
        <li
          key={`${finding.code} ${finding.place} ${finding.message}`}
          className={`callout ${severityTone[finding.severity]}`}
        >
          <Glyph shape={severityTone[finding.severity]} />
          <div className="callout-text">
            <p>
              <strong>{severityWord[finding.severity]}:</strong> <bdi>{finding.message}</bdi>
            </p>
            <p className="small">
              <bdi>{finding.owasp}</bdi> · in <bdi>{finding.place}</bdi>
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Why({ card }: { readonly card: ApprovalCard }) {
  return (
    <section aria-label="Why Airlock asks" className="why">
      <h2>Why Airlock asks</h2>
      <ul>
        {card.risk.reasons.map((reason) => (
          <li key={reason} className="reason">
            <bdi>{reason}</bdi>
          </li>
        ))}
        {card.rules.slice(0, 1).map((rule) => (
          <li key={rule.id} className="reason">
            <bdi>{rule.text}</bdi>{' '}
            <span className="small">
              ({sourceWords(rule.source)}: <bdi className="code">{rule.id}</bdi>)
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The rules that took part beside the one that decided, which comes first. */
const otherRules = ({ rules }: ApprovalCard): string =>
  rules
    .slice(1)
    .map((rule) => `${rule.text} (${sourceWords(rule.source)}: ${rule.id})`)
    .join(' ');

function Details({ card }: { readonly card: ApprovalCard }) {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Process', card.process],
    ['Person', card.person],
    ['Server says it is', card.serverVersion],
    ['Server’s title for it', card.toolTitle],
    ['Server’s description', card.toolDescription],
    ['Other rules', otherRules(card)],
    ['Request', card.method],
    ['Definition hash', card.pin],
    ['Arguments hash', card.argumentsHash],
  ];
  return (
    <details key={card.id}>
      <summary>Details</summary>
      <dl>
        {rows.map(([term, value]) =>
          value === undefined || value === '' ? null : (
            <div key={term} className="fact">
              <dt>{term}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ),
        )}
      </dl>
    </details>
  );
}
