import type { Finding } from '../../shared/finding.ts';
import { Callout } from './callout.tsx';
import type { Tone } from './risk-words.ts';

const tones: Readonly<Record<Finding['severity'], { readonly tone: Tone; readonly word: string }>> =
  {
    high: { tone: 'danger', word: 'Serious' },
    medium: { tone: 'warn', word: 'Suspicious' },
    low: { tone: 'info', word: 'Note' },
  };

/** What inspectors saw, gravest first, each with where and under which OWASP title. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const order = ['high', 'medium', 'low'];
  const sorted = [...findings].sort(
    (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity),
  );
  return (
    <ul className="flex flex-col gap-2">
      {sorted.map((finding) => (
        <li key={`${finding.code} ${finding.place} ${finding.message}`}>
          <Callout tone={tones[finding.severity].tone}>
            <p>
              <strong className="font-semibold">{tones[finding.severity].word}:</strong>{' '}
              <bdi>{finding.message}</bdi>
            </p>
            <p className="text-xs text-muted">
              <bdi>{finding.owasp}</bdi> · in <bdi>{finding.place}</bdi>
            </p>
          </Callout>
        </li>
      ))}
    </ul>
  );
}
