/** What stands in for IT's rules where they cannot be had: permits what others permit, but forbids all but reading. */
const forbidAllButReading = (id: string, text: string): string => `
@id("not-mine")
@text("Without a policy of your organisation nothing is added here.")
permit (principal, action, resource);

@id("${id}")
@text("${text}")
forbid (
  principal,
  action in [Action::"callTool", Action::"readResource", Action::"getPrompt", Action::"sample", Action::"elicit"],
  resource
)
unless { resource.risk == "read" };
`;

/** For a machine that is enrolled, but has no policy yet. */
export const rulesWithoutBundle = forbidAllButReading(
  'managed-policy-missing',
  'This machine belongs to an organisation whose policy has not been read yet, so only reading is let through.',
);

/** For a machine whose enrolment is there and cannot be trusted or read. */
export const rulesWithoutEnrolment = forbidAllButReading(
  'enrolment-unreadable',
  'The enrolment of this machine cannot be read, so only reading is let through. Ask your IT.',
);
