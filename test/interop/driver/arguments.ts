interface Schema {
  readonly properties?: unknown;
  readonly required?: readonly string[] | undefined;
}

type Properties = Readonly<Record<string, { readonly type?: string }>>;

/** Arguments that fit a tool's schema well enough for a server that only looks at their types. */
export function sampleArguments({ properties, required = [] }: Schema): Record<string, unknown> {
  const known = (properties ?? {}) as Properties;
  return Object.fromEntries(required.map((name) => [name, sample(known[name]?.type)]));
}

function sample(type: string | undefined): unknown {
  switch (type) {
    case 'number':
    case 'integer':
      return 5;
    case 'boolean':
      return true;
    case 'object':
      return {};
    case 'array':
      return [];
    default:
      return 'sample';
  }
}
