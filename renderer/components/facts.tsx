import type { ReactNode } from 'react';

/** Terms with their values; what has no value is left out. */
export function Facts(props: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  const rows = props.rows.filter(([, value]) => value !== undefined && value !== '');
  return (
    <dl className="grid grid-cols-[120px_1fr] gap-x-3 gap-y-1.5">
      {rows.map(([term, value]) => (
        <div key={term} className="contents">
          <dt className="text-muted">{term}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A hash or id in code type, whole, so that it can be compared and copied. */
export const Code = ({ children }: { readonly children: ReactNode }) => (
  <code className="font-mono text-xs wrap-anywhere">{children}</code>
);
