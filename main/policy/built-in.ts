import type { RiskLevel } from '../../shared/policy.ts';

/**
 * The rules of a machine without IT. They permit every action, and what may happen unattended one by one; what none
 * of them lets happen unattended asks. `@text` is the sentence a person reads. The forbids cannot be overruled by a
 * rule of the user: in Cedar forbid beats permit. The asks that only come from a missing permit can.
 */
export const builtInRules = `
@id("use-servers")
@text("Clients may use their servers; what may happen unattended is decided apart.")
permit (
  principal,
  action in [Action::"connect", Action::"callTool", Action::"readResource", Action::"getPrompt",
             Action::"sample", Action::"elicit"],
  resource
);

@id("read-unattended")
@text("Tools that only read run unattended.")
permit (principal, action == Action::"callToolUnattended", resource)
when { resource.risk == "read" && ["none", "low"].contains(context.severity) };

@id("resources-unattended")
@text("Resources are read unattended.")
permit (principal, action == Action::"readResourceUnattended", resource)
when { resource.risk == "read" && ["none", "low"].contains(context.severity) };

@id("prompts-unattended")
@text("Prompts are read unattended.")
permit (principal, action == Action::"getPromptUnattended", resource)
when { resource.risk == "read" && ["none", "low"].contains(context.severity) };

@id("server-requests-unattended")
@text("Servers may ask the client's model and the person; the client shows it, and it is recorded.")
permit (
  principal,
  action in [Action::"sampleUnattended", Action::"elicitUnattended"],
  resource
)
when { ["none", "low"].contains(context.severity) };

@id("held-changed")
@text("This tool's definition changed since it was accepted. It stays held until you have seen the change.")
forbid (principal, action == Action::"callTool", resource)
when { resource.pinState == "changed" };

@id("held-quarantined")
@text("This tool's definition looks dangerous. It stays held until you have seen it.")
forbid (principal, action == Action::"callTool", resource)
when { resource.pinState == "quarantined" };

@id("unlisted-asks")
@text("The server never listed this tool, so it asks every time.")
forbid (principal, action == Action::"callToolUnattended", resource)
when { resource.pinState == "unlisted" };

@id("high-finding-asks")
@text("Something grave was found in this request, so it asks.")
forbid (
  principal,
  action in [Action::"callToolUnattended", Action::"readResourceUnattended", Action::"getPromptUnattended",
             Action::"sampleUnattended", Action::"elicitUnattended"],
  resource
)
when { context.severity == "high" };

@id("secrets-leaving-ask")
@text("The arguments hold a secret, and this tool reaches beyond this machine, so it asks.")
forbid (principal, action == Action::"callToolUnattended", resource)
when { resource.openWorld && context.secrets };

@id("ambiguous-asks")
@text("The arguments hold the same key twice, so that readers may disagree on them. It asks every time.")
forbid (
  principal,
  action in [Action::"callToolUnattended", Action::"readResourceUnattended", Action::"getPromptUnattended"],
  resource
)
when { context.ambiguous };

@id("too-large-asks")
@text("The arguments are too large to be judged by rules, so it asks.")
forbid (
  principal,
  action in [Action::"callToolUnattended", Action::"readResourceUnattended", Action::"getPromptUnattended"],
  resource
)
when { context.argumentsTooLarge };
`;

/** Takes the place of a user's file that exists, cannot be read, and was never read before. */
export const lockdownRules = `
@id("policy-unreadable")
@text("The policy file cannot be read and never could be, so only reading is let through.")
forbid (
  principal,
  action in [Action::"callTool", Action::"readResource", Action::"getPrompt", Action::"sample", Action::"elicit"],
  resource
)
unless { resource.risk == "read" };
`;

const askTexts: Readonly<Record<RiskLevel, string>> = {
  read: 'No rule lets this happen unattended.',
  write: 'Tools that write ask first.',
  send: 'Tools that send something out ask first.',
  execute: 'Tools that run something ask first.',
  destroy: 'Tools that can destroy something ask first.',
  unknown: 'What cannot be classified asks first.',
};

/** The sentence of the rule `default`: why a call asks where no rule permits it unattended. */
export const defaultAskText = (level: RiskLevel): string => askTexts[level];
