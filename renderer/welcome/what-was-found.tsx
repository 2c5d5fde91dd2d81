import type { ClientView, FilePreview } from '../../shared/client.ts';
import { Callout } from '../components/callout.tsx';
import { count, number } from '../components/count.ts';
import { type ClientPlan, countFound, foundWords, plannedServers } from './welcome-words.ts';

/** The first step: what is on this machine, in three numbers, and what Airlock would do about it. */
export function WhatWasFound(props: {
  readonly clients: readonly ClientView[];
  readonly plans: readonly ClientPlan[];
  readonly previews: readonly FilePreview[];
}) {
  const { clients, plans, previews } = props;
  const found = countFound(clients);
  if (found.clients === 0) {
    return (
      <p>
        No AI client was found on this machine yet. When one comes, Airlock finds it by itself: see
        Connections.
      </p>
    );
  }
  const refused = previews.filter((preview) => preview.refused !== undefined).length;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-[15px]">{foundWords(found)}</p>
      <dl className="grid grid-cols-3 gap-3">
        <Fact value={found.clients} name="AI clients" />
        <Fact value={found.servers} name="servers they use" />
        <Fact value={found.secrets} name="secrets in plain text" warn={found.secrets > 0} />
      </dl>
      {plans.length === 0 ? (
        <Callout tone="ok">There is nothing left to protect.</Callout>
      ) : (
        <p>
          Airlock can stand between them: it starts{' '}
          <strong className="font-semibold">{count(plannedServers(plans), 'server')}</strong>,
          checks every call, asks you about risky ones
          {found.secrets > 0 ? ', and moves the secrets into your keychain' : ''}. You can put
          everything back at any time, under Connections.
        </p>
      )}
      {refused > 0 ? (
        <Callout tone="warn">
          {count(refused, 'file')} will be left alone. Connections tells why.
        </Callout>
      ) : null}
    </div>
  );
}

function Fact(props: { readonly value: number; readonly name: string; readonly warn?: boolean }) {
  return (
    <div className="flex flex-col-reverse justify-end rounded-panel border border-line px-3 py-2.5">
      <dt className="text-muted">{props.name}</dt>
      <dd className={`text-[22px] leading-8 font-semibold ${props.warn ? 'text-warn' : ''}`}>
        {number(props.value)}
      </dd>
    </div>
  );
}
