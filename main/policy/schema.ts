/** Cedar takes no name for the shape of an entity, so it is written out for each. */
const facts = `{
  "name": String,          // tool name, resource URI, prompt name, or the server's label
  "server": String,        // id of the server
  "serverLabel": String,   // its command line or URL, secrets masked
  "transport": String,     // "stdio", "http", "sse", "ws"
  "trusted": Bool,         // the person or IT trusts what this server says
  "risk": String,          // "read", "write", "send", "execute", "destroy", "unknown": of this very call
  "readOnly": Bool,        // the tool by itself only reads
  "destructive": Bool,     // the tool by itself can destroy
  "openWorld": Bool,       // reaches beyond this machine; true unless a trusted server denies it
  "pinState": String,      // "accepted", "changed", "quarantined", "unlisted"; "none" for what has no pin
}`;

/**
 * The vocabulary of the policy language, as a Cedar schema. All resources have the same attributes, so that a rule
 * about every action never fails for want of one; what has no meaning for a resource is at its harmless value.
 * `context.arguments` is whatever a tool takes and so has no type: rules that read it are checked without that part.
 */
export const schemaText = `
type Circumstances = {
  "argumentsText": String,      // the arguments as sent
  "argumentsTooLarge": Bool,    // something of the arguments was left out below
  "ambiguous": Bool,            // the same key twice in one object
  "findings": Set<String>,      // codes of what inspection found in this request
  "severity": String,           // the gravest of them: "none", "low", "medium", "high"
  "secrets": Bool,              // one of them is a secret in the arguments
  "connection": String,         // name of the entry in the client's config
  "rate": Long,                 // calls of this connection in the last minute, this one included
  "hour": Long,                 // hour of the local day, 0 to 23
};

entity Group;
entity Person in [Group];
entity Agent in [Person, Group] = {
  "client": String,        // name of the client
  "person": String,        // the id of its Person
  "groups": Set<String>,
  "signedIn": Bool,        // the person signed in with the identity provider; false for the account of the machine
  "process": String,       // "matches", "unexpected", "unknown": the calling process against what the client runs as
};
entity Server = ${facts};
entity Tool in [Server] = ${facts};
entity Resource in [Server] = ${facts};
entity Prompt in [Server] = ${facts};

action connect, sample, sampleUnattended, elicit, elicitUnattended
  appliesTo { principal: Agent, resource: Server, context: Circumstances };
action callTool, callToolUnattended
  appliesTo { principal: Agent, resource: Tool, context: Circumstances };
action readResource, readResourceUnattended
  appliesTo { principal: Agent, resource: Resource, context: Circumstances };
action getPrompt, getPromptUnattended
  appliesTo { principal: Agent, resource: Prompt, context: Circumstances };
`;

/** Every part of the context, for rules that the schema cannot check because they read the arguments. */
export const contextParts: ReadonlySet<string> = new Set([
  'arguments',
  'argumentsText',
  'argumentsTooLarge',
  'ambiguous',
  'findings',
  'severity',
  'secrets',
  'connection',
  'rate',
  'hour',
]);
