import { z } from 'zod';
import { RiskLevel } from './policy.ts';

const Text = z.string().min(1).max(500);

/**
 * A person's own rule as a form has it: whom and what it is about, and whether that asks or is denied. A person can
 * only tighten, so there is no effect that permits. What is left out is not looked at.
 */
export const RuleForm = z
  .strictObject({
    /** The name of the rule wherever it is shown. */
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    /** The sentence people read. */
    text: z.string().min(1).max(300),
    effect: z.enum(['ask', 'deny']),
    /** Id of a client. */
    client: Text.optional(),
    /** Id of a server. */
    server: Text.optional(),
    /** Name of a tool. */
    tool: Text.optional(),
    /** Only calls of one of these risks. */
    risks: z.array(RiskLevel).min(1).max(RiskLevel.options.length).optional(),
    /**
     * Only tool calls with an argument of this name whose text is, starts with or holds another. Where the argument
     * is a number, a list or anything but a text, starting and holding count as given: a rule that cannot be evaluated
     * forbids.
     */
    argument: z
      .strictObject({ name: Text, test: z.enum(['is', 'starts-with', 'contains']), value: Text })
      .optional(),
  })
  .refine(
    ({ client, server, tool, risks, argument }) =>
      [client, server, tool, risks, argument].some((part) => part !== undefined),
    { message: 'must name a client, a server, a tool, a risk or an argument' },
  );
export type RuleForm = z.infer<typeof RuleForm>;

/** What a string may not hold as it is: controls, hidden characters, and what ends or escapes a string. */
const special = /["\\]|[\p{C}\p{Zl}\p{Zp}]/gu;

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
};

const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(special, (sign) => escapes[sign] ?? `\\u{${sign.codePointAt(0)?.toString(16)}}`);

const quoted = (text: string): string => `"${escaped(text)}"`;

/** The names and texts of arguments as the policy maps them, so that none passes for a number, null or an entity. */
const argumentName = (name: string): string =>
  name.startsWith('__') || name.startsWith('key:') ? `key:${name}` : name;
const marks = ['num:', 'null:', 'str:'];
const argumentText = (value: string): string =>
  marks.some((mark) => value.startsWith(mark)) ? `str:${value}` : value;

/** A text as a pattern: its stars are stars. */
const pattern = (text: string): string => escaped(text).replaceAll('*', '\\*');

/** A text that starts with a mark is mapped with `str:` before it, which must neither hide nor feign what is looked for. */
function likeCondition(read: string, value: string, test: 'starts-with' | 'contains'): string {
  const before = test === 'contains' ? '*' : '';
  const plain = `${read} like "${before}${pattern(value)}*"`;
  const near = test === 'contains' ? [0, 1, 2, 3].map((from) => 'str:'.slice(from)) : marks;
  if (!near.some((mark) => mark.startsWith(value) || value.startsWith(mark))) return plain;
  const unmarked = marks.map((mark) => `!(${read} like "${mark}*")`).join(' && ');
  return `(${plain} && ${unmarked} || ${read} like "str:${before}${pattern(value)}*")`;
}

function argumentCondition({ name, test, value }: NonNullable<RuleForm['argument']>): string {
  const key = quoted(argumentName(name));
  const read = `context.arguments[${key}]`;
  const condition =
    test === 'is' ? `${read} == ${quoted(argumentText(value))}` : likeCondition(read, value, test);
  return `context.arguments has ${key} && ${condition}`;
}

const acts = ['callTool', 'readResource', 'getPrompt', 'sample', 'elicit'] as const;

/**
 * Writes a rule in Cedar for the user's policy file. It holds for exactly the calls that the form names; whatever the
 * strings of the form are, they stay strings.
 */
export function ruleText(form: RuleForm): string {
  const { client, server, tool, risks, argument } = form;
  const named = tool !== undefined || argument !== undefined ? acts.slice(0, 1) : acts;
  const actions = named.map(
    (act) => `Action::"${act}${form.effect === 'ask' ? 'Unattended' : ''}"`,
  );
  const [only] = actions;
  const action = actions.length === 1 ? `== ${only}` : `in [${actions.join(', ')}]`;
  const conditions = [
    ...(tool === undefined ? [] : [`resource.name == ${quoted(tool)}`]),
    ...(risks === undefined ? [] : [`[${risks.map(quoted).join(', ')}].contains(resource.risk)`]),
    ...(argument === undefined ? [] : [argumentCondition(argument)]),
  ];
  return [
    `@id(${quoted(form.id)})`,
    `@text(${quoted(form.text)})`,
    'forbid (',
    client === undefined ? '  principal,' : `  principal == Agent::${quoted(client)},`,
    `  action ${action},`,
    server === undefined ? '  resource' : `  resource in Server::${quoted(server)}`,
    conditions.length === 0 ? ');' : ')',
    ...conditions.map((one, n) => `when { ${one} }${n === conditions.length - 1 ? ';' : ''}`),
  ].join('\n');
}

const string = '"((?:[^"\\\\]|\\\\[^\\n])*)"';
const lines = {
  id: new RegExp(`^@id\\(${string}\\)$`, 'm'),
  text: new RegExp(`^@text\\(${string}\\)$`, 'm'),
  client: new RegExp(`^ {2}principal == Agent::${string},$`, 'm'),
  server: new RegExp(`^ {2}resource in Server::${string}$`, 'm'),
  tool: new RegExp(`^when \\{ resource\\.name == ${string} \\};?$`, 'm'),
  risks: /^when \{ \[([a-z", ]*)\]\.contains\(resource\.risk\) \};?$/m,
  argument: new RegExp(
    `^when \\{ context\\.arguments has ${string} && \\(?context\\.arguments\\[${string}\\] (==|like) ${string}(?: && .*\\))? \\};?$`,
    'm',
  ),
};

const plain: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/** The text of a string as it stands in a rule, and of a pattern whose stars are escaped. */
const unescaped = (text: string): string =>
  text.replace(/\\(?:u\{([0-9a-f]{1,6})\}|(.))/gs, (_, code: string | undefined, sign: string) =>
    code === undefined ? (plain[sign] ?? sign) : codePoint(Number.parseInt(code, 16)),
  );
const codePoint = (code: number): string =>
  code <= 0x10_ffff ? String.fromCodePoint(code) : '\uFFFD';

const unmarked = (text: string, mark: string): string =>
  text.startsWith(mark) ? text.slice(mark.length) : text;

function argumentOf(rule: string): RuleForm['argument'] {
  const [, key, , operator, value] = lines.argument.exec(rule) ?? [];
  if (key === undefined || value === undefined) return undefined;
  const name = unmarked(unescaped(key), 'key:');
  if (operator === '==') return { name, test: 'is', value: unmarked(unescaped(value), 'str:') };
  const inside = unescaped(value.replace(/^\*/, '').replace(/\*$/, ''));
  return value.startsWith('*')
    ? { name, test: 'contains', value: inside }
    : { name, test: 'starts-with', value: inside };
}

/**
 * Reads a rule that `ruleText` wrote back into its form; undefined for every other rule, and for one that was changed
 * by hand into something the form cannot say. The form it gives writes exactly this rule.
 */
export function readRule(rule: string): RuleForm | undefined {
  const found = (pattern: RegExp): string | undefined => {
    const [, text] = pattern.exec(rule) ?? [];
    return text === undefined ? undefined : unescaped(text);
  };
  const risks = lines.risks.exec(rule)?.[1]?.replaceAll('"', '').split(', ');
  const parts = {
    id: found(lines.id),
    text: found(lines.text),
    effect: /^ {2}action .*Unattended"/m.test(rule) ? 'ask' : 'deny',
    client: found(lines.client),
    server: found(lines.server),
    tool: found(lines.tool),
    risks,
    argument: argumentOf(rule),
  };
  const given = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
  const form = RuleForm.safeParse(given);
  return form.success && ruleText(form.data) === rule.trim() ? form.data : undefined;
}
