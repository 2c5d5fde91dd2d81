import { z } from 'zod';

/** How much a finding weighs: `high` blocks or asks, `medium` asks, `low` is told. */
export const Severity = z.enum(['low', 'medium', 'high']);
export type Severity = z.infer<typeof Severity>;

/** The OWASP MCP Top 10 (2025, beta) ids with their titles; both are always shown, as numberings differ between tools. */
export const owasp = {
  MCP01: 'MCP01:2025 Token Mismanagement & Secret Exposure',
  MCP02: 'MCP02:2025 Privilege Escalation via Scope Creep',
  MCP03: 'MCP03:2025 Tool Poisoning',
  MCP04: 'MCP04:2025 Software Supply Chain Attacks & Dependency Tampering',
  MCP05: 'MCP05:2025 Command Injection & Execution',
  MCP06: 'MCP06:2025 Intent Flow Subversion',
  MCP07: 'MCP07:2025 Insufficient Authentication & Authorization',
  MCP08: 'MCP08:2025 Lack of Audit and Telemetry',
  MCP09: 'MCP09:2025 Shadow MCP Servers',
  MCP10: 'MCP10:2025 Context Injection & Over-Sharing',
} as const;

/** What an inspector saw: a stable code, how grave, where (`description`, `arguments.path`), and one sentence. */
export const Finding = z.object({
  code: z.string(),
  severity: Severity,
  place: z.string(),
  message: z.string(),
  owasp: z.string(),
});
export type Finding = z.infer<typeof Finding>;
