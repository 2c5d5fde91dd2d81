import { random, type Style, type Value } from './json-style.ts';

/**
 * Writes a value as YAML in the many ways there are: blocks with any indentation, brackets, every kind of text,
 * comments between and behind. Never with anchors; tests add those by hand.
 */
export function writeYaml(value: Value, style: Style): string {
  const next = random(style.seed);
  const chance = (share: number) => next() < share;
  const step = Math.max(2, style.indent.replaceAll('\t', '  ').length);
  const comment = () => (style.comments && chance(0.15) ? ' # note: [x' : '');
  const remark = (depth: number) =>
    (chance(0.1) ? style.eol : '') +
    (style.comments && chance(0.15) ? `${' '.repeat(depth)}# a remark: on { this${style.eol}` : '');
  const double = (text: string) =>
    JSON.stringify(text).replace(
      /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  const plainText = (text: string) =>
    /^[A-Za-z/][A-Za-z0-9_/.+-]*(?: [A-Za-z0-9/]+)*$/.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i.test(text);
  const string = (text: string) => {
    if (plainText(text) && chance(0.7)) return text;
    if (chance(0.4) && !/[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u.test(text)) {
      return `'${text.replaceAll("'", "''")}'`;
    }
    return double(text);
  };
  const key = (name: string) => (plainText(name) && !name.includes(' ') ? name : string(name));
  const flow = (item: Value): string => {
    if (typeof item === 'string') return string(item);
    if (item === null || typeof item !== 'object') return String(item);
    if (Array.isArray(item)) {
      return `[${item.map(flow).join(', ')}${item.length > 0 && style.trailingCommas && chance(0.3) ? ',' : ''}]`;
    }
    if (item.pairs.length === 0) return '{}';
    return `{ ${item.pairs.map(([name, one]) => `${key(name)}: ${flow(one)}`).join(', ')} }`;
  };
  const isEmpty = (item: Value) =>
    typeof item !== 'object' ||
    item === null ||
    (Array.isArray(item) ? item.length === 0 : item.pairs.length === 0);
  /** The text behind `key:` or `-`, with its own line breaks. */
  const behind = (item: Value, depth: number, inList: boolean): string => {
    if (isEmpty(item) || (depth > 0 && chance(0.2)))
      return ` ${flow(item)}${comment()}${style.eol}`;
    if (typeof item === 'string' && chance(0.1) && /^[A-Za-z][A-Za-z \n]*[A-Za-z]$/.test(item)) {
      const pad = ' '.repeat(depth + step);
      return ` |-${style.eol}${item
        .split('\n')
        .map((line) => pad + line)
        .join(style.eol)}${style.eol}`;
    }
    if (typeof item !== 'object' || item === null) return ` ${flow(item)}${comment()}${style.eol}`;
    if (inList && !Array.isArray(item)) return ` ${block(item, depth + 2).trimStart()}`;
    const deeper = Array.isArray(item) && chance(0.3) ? depth : depth + step;
    return `${comment()}${style.eol}${block(item, deeper)}`;
  };
  const block = (item: Value, depth: number): string => {
    if (isEmpty(item) || typeof item !== 'object' || item === null) return flow(item) + style.eol;
    const pad = ' '.repeat(depth);
    if (Array.isArray(item)) {
      return item.map((one) => `${remark(depth)}${pad}-${behind(one, depth, true)}`).join('');
    }
    return item.pairs
      .map(
        ([name, one], index) =>
          `${index === 0 ? '' : remark(depth)}${pad}${key(name)}:${behind(one, depth, false)}`,
      )
      .join('');
  };
  const head = style.comments && chance(0.5) ? `# settings${style.eol}` : '';
  const start = chance(0.1) ? `---${style.eol}` : '';
  const text = head + start + block(value, 0);
  return style.end === '' ? text.replace(/(?:\r\n|\n)+$/, '') : text;
}
