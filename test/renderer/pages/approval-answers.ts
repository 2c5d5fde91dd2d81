import type { ApprovalCard, ApprovalsView } from '../../../shared/approval.ts';
import type { KillReport } from '../../../shared/kill.ts';
import { aCard } from '../../fakes/approval-card.ts';
import type { Answers } from '../../fakes/page-api.ts';

/** A main in which these cards wait and every answer counts. */
export const approvalAnswers = (view: ApprovalsView, more: Answers = {}): Answers => ({
  getApprovals: () => view,
  approvalsShown: () => undefined,
  answerApproval: () => ({ ok: true, value: null }),
  pauseConnection: () => undefined,
  ...more,
});

/** A grave call with something hidden in its arguments; it can only be allowed once. */
export const poisonedCard = (): ApprovalCard =>
  aCard({
    id: 'apr_2',
    clientName: 'Claude Desktop',
    tool: 'delete_branch',
    connectionName: 'github',
    serverLabel: 'https://api.githubcopilot.com/mcp/',
    argumentsText: JSON.stringify(
      { owner: 'acme', repo: 'billing', branch: 'main', force: true, note: 'ok⟨U+202E⟩txt' },
      null,
      2,
    ),
    changes: ['branch: "tmp/fix-1" → "main"', 'force: absent → true'],
    risk: { level: 'destroy', reasons: ['Its name says that it deletes.'] },
    findings: [
      {
        code: 'hidden-unicode',
        severity: 'high',
        place: 'arguments.note',
        message: 'A character that turns the reading direction hides what the text says.',
        owasp: 'MCP06:2025 Intent Flow Subversion',
      },
    ],
    scopes: ['arguments'],
    durations: ['once'],
  });

/** What a kill of everything reports when one process would not end. */
export const killReport = (over: Partial<KillReport> = {}): KillReport => ({
  kill: {
    id: 'kil_1',
    scope: { kind: 'all' },
    origin: 'dashboard',
    by: 'ada',
    at: Date.now(),
  },
  items: [
    ...Array.from({ length: 3 }, (_, n) => ({
      kind: 'session' as const,
      id: `ses_${n}`,
      name: `files ${n}`,
      stopped: true,
      detail: 'closed',
    })),
    ...Array.from({ length: 4 }, (_, n) => ({
      kind: 'process' as const,
      id: `prc_${n}`,
      name: 'node server.js',
      pid: 4100 + n,
      stopped: true,
      detail: 'ended on SIGTERM',
    })),
    { kind: 'approval', id: 'apr_1', name: 'write_file', stopped: true, detail: 'denied' },
  ],
  survivors: [],
  verified: true,
  forwardingStoppedMs: 4,
  processesGoneMs: 812,
  ...over,
});
