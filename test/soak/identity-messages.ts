/** One message as its sender spells it. `params` and the like are text: nothing here is parsed and written again. */
export interface Spelled {
  readonly kind: 'request' | 'notification' | 'answer';
  readonly text: string;
  /** The id of a request as it is spelled. */
  readonly idText: string | undefined;
}

/** Where a message may have line breaks between its tokens: `none` on stdio, `any` in a body of its own. */
export type Breaks = 'none' | 'any';

const odd = [
  '0',
  '-0',
  '1.0',
  '1e400',
  '-1E+2',
  '0.1e-7',
  '12345678901234567890123456789',
  '-9007199254740993',
  'true',
  'false',
  'null',
  '""',
  '"\\u0041\\/\\b"',
  '"\\ud800"',
  '"\\udfff\\ud83d"',
  '"\\ud83d\\ude00"',
  '"\u2028\u2029\u0085\u00a0\ufeff"',
  '"\u202e\u200b\u0301"',
  '"😀𝕏"',
  '"data: x\\n\\nid: 1"',
  '"{\\"method\\":\\"tools/call\\"}"',
  '{}',
  '[]',
];

const keys = ['', 'a', 'x', 'data', '__proto__', 'constructor', 'ключ', '😀', '\\u0061', '\\ud800'];

const methods = {
  clientRequest: ['ping', 'resources/list', 'completion/complete', 'tools/list', 'x/ÿ😀', 'a b'],
  clientCall: ['tools/call', 'resources/read', 'prompts/get'],
  clientNotification: ['notifications/roots/list_changed', 'notifications/progress', 'x/ö', 'n'],
  serverRequest: ['roots/list', 'ping', 'x/ask', 'ω'],
  serverCall: ['sampling/createMessage', 'elicitation/create'],
  serverNotification: [
    'notifications/message',
    'notifications/tools/list_changed',
    'notifications/progress',
    'n/ä',
  ],
} as const;

/** Spells messages that nothing but their passing is decided about, in every way JSON allows. */
export function messageMaker(random: () => number) {
  let count = 0;
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;

  const gap = (breaks: Breaks): string => {
    if (random() < 0.6) return '';
    const spaces = breaks === 'none' ? [' ', '\t', '  '] : [' ', '\t', '\n', '\r\n', '\r', '\n  '];
    return pick(spaces);
  };

  function text(): string {
    const most = random() < 0.004 ? 40_000 : 24;
    let out = '';
    for (let left = below(most); left > 0; left -= 1) {
      const how = random();
      const point = how < 0.6 ? 0x20 + below(0x5f) : how < 0.9 ? below(0xd800) : below(0x110000);
      out += String.fromCodePoint(point);
    }
    const json = JSON.stringify(out.toWellFormed());
    return random() < 0.9 ? json : json.replace(/[a-z]/, (one) => escaped(one));
  }

  function value(depth: number, breaks: Breaks): string {
    const how = random();
    if (how < 0.35) return pick(odd);
    if (how < 0.6 || depth === 0) return text();
    const values = Array.from({ length: below(4) }, () => value(depth - 1, breaks));
    const space = gap(breaks);
    if (how < 0.75) return `[${space}${values.join(`${space},`)}${space}]`;
    const own = values.map((one) => `"${pick(keys)}"${space}:${one}`);
    return `{${space}${own.join(`,${space}`)}${space}}`;
  }

  /** The members in any order, with members nobody knows between them, some of them twice. */
  function message(members: readonly string[], breaks: Breaks): string {
    const all = [...members, ...(random() < 0.95 ? ['"jsonrpc":"2.0"'] : [])];
    for (let more = below(3); more > 0; more -= 1)
      all.splice(below(all.length + 1), 0, `"x${below(2)}":${value(1, breaks)}`);
    if (random() < 0.5) all.reverse();
    const space = gap(breaks);
    const [before, after] = [gap(breaks), gap(breaks)];
    return `${before}{${space}${all.join(`${space},${gap(breaks)}`)}${space}}${after}`;
  }

  const pair = (key: string, json: string, breaks: Breaks): string =>
    `"${random() < 0.95 ? key : escaped(key[0] ?? '') + key.slice(1)}"${gap(breaks)}:${gap(breaks)}${json}`;

  function id(): string {
    count += 1;
    const forms = [
      `${count}`,
      `-${count}`,
      `"${count}s"`,
      `"\\u00e4${count}"`,
      `"😀 ${count}"`,
      `${count}0000000000000000000001`,
    ];
    return pick(forms);
  }

  /** A nonce in every message: two that are alike could hide a lost one. */
  const nonce = (): string => {
    count += 1;
    return `"n":${count}`;
  };

  const paramsOf = (breaks: Breaks, more: readonly string[] = []): string => {
    const own = Array.from(
      { length: below(4) },
      () => `"${pick(keys)}"${gap(breaks)}:${value(2, breaks)}`,
    );
    return `{${[...more, ...own, nonce()].join(`${gap(breaks)},`)}}`;
  };

  function named(method: string, breaks: Breaks, idText?: string): string {
    const target =
      method === 'resources/read'
        ? ['"uri":"x:ä"']
        : method === 'tools/call' || method === 'prompts/get'
          ? [`"name":"t${below(5)}"`]
          : [];
    const more =
      method === 'tools/call'
        ? [...target, `"arguments":{"v":${value(3, breaks)},"w":${value(1, breaks)}}`]
        : target;
    const members = [
      pair('method', JSON.stringify(method), breaks),
      pair('params', paramsOf(breaks, more), breaks),
    ];
    if (idText !== undefined) members.push(pair('id', idText, breaks));
    return message(members, breaks);
  }

  return {
    request(side: 'client' | 'server', breaks: Breaks): Spelled {
      const governed = random() < 0.3;
      const from = side === 'client' ? methods.clientRequest : methods.serverRequest;
      const calls = side === 'client' ? methods.clientCall : methods.serverCall;
      const idText = id();
      const method = pick<string>(governed ? calls : from);
      return { kind: 'request', text: named(method, breaks, idText), idText };
    },
    notification(side: 'client' | 'server', breaks: Breaks): Spelled {
      const from = side === 'client' ? methods.clientNotification : methods.serverNotification;
      return {
        kind: 'notification',
        text: named(pick<string>(from), breaks),
        idText: undefined,
      };
    },
    /** An answer to a request with this id. */
    answer(idText: string, breaks: Breaks): Spelled {
      const failed = random() < 0.15;
      const content = failed
        ? pair('error', `{"code":${-below(40_000)},"message":${text()},${nonce()}}`, breaks)
        : pair('result', paramsOf(breaks, ['"content":[]']), breaks);
      const members = [content, pair('id', idText, breaks)];
      return { kind: 'answer', text: message(members, breaks), idText };
    },
  };
}

export type MessageMaker = ReturnType<typeof messageMaker>;

const escaped = (one: string): string =>
  `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
