import type { ApprovalsView } from '../shared/approval.ts';
import { makeGrants } from './approval/grants.ts';
import { makeApprovalQueue } from './approval/queue.ts';
import type { Governance } from './compose-governance.ts';
import { showJson, showText } from './inspection/display.ts';

/** What the approvals need beside governance. */
export interface ApprovalsPorts {
  show(): boolean;
  realInputAt(): number | undefined;
  onApprovals(view: ApprovalsView): void;
  readonly seconds: () => number;
  readonly onChange: () => void;
}

/** The queue of calls that wait for a person, and the remembered yeses. */
export function openApprovals(governance: Governance, ports: ApprovalsPorts) {
  const { state, policy, record, mask } = governance;
  const grants = makeGrants({
    store: state.grants,
    now: Date.now,
    newId: governance.newId,
    policyHash: policy.hash,
    person: () => governance.person,
    record(kind, grant) {
      record({
        kind,
        person: governance.person,
        connection: { id: grant.connectionId, name: grant.connectionName },
        server: { id: grant.serverId, label: grant.serverLabel },
        tool: { name: grant.tool, pin: grant.pin },
        detail: `${grant.scope} · ${grant.duration} · ${grant.id}`,
      });
      ports.onChange();
    },
  });
  const queue = makeApprovalQueue({
    grants,
    display: {
      text: (value) => showText(mask(value), { most: 2_000 }),
      json: (raw) => showJson(raw, {}, governance.masker()),
      masked: mask,
    },
    now: Date.now,
    newId: governance.newId,
    person: () => governance.person,
    deadlineMs: () => ports.seconds() * 1_000,
    after(ms, call) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    realInputAt: () => ports.realInputAt(),
    showWindow: () => ports.show(),
    onChange(view) {
      ports.onApprovals(view);
      ports.onChange();
    },
  });
  return { grants, queue };
}

export type Approvals = ReturnType<typeof openApprovals>;
