import { memberOf, members } from './config-node.ts';
import type { Added } from './format.ts';
import { missingFrom, plainMap, type Work, written } from './put-back-fields.ts';
import type { TextEdit } from './text-edit.ts';

/** The edits that give an entry its own address back. */
export function putBackRemote(work: Work): TextEdit[] {
  return work.original.connection.remote?.via === 'bridge' ? unbridged(work) : addressBack(work);
}

function addressBack(work: Work): TextEdit[] {
  const { text, format, present, original } = work;
  const now = present.fields;
  const was = original.entry.fields;
  const { reading } = original.entry;
  if (now.url === undefined || reading.kind !== 'remote') {
    throw new Error('An entry that leads to our endpoint has a URL, and so had the one before.');
  }
  const edits = format.replace(text, now.url, written(work, reading.url, was.url));
  if (reading.transport === 'sse' && now.type !== undefined) {
    edits.push(
      ...(was.type === undefined
        ? format.remove(text, now.body, (name) => name === now.type?.name)
        : format.replace(text, now.type, written(work, String(was.type.value.value), was.type))),
    );
  }
  return [...edits, ...headersBack(work)];
}

function headersBack(work: Work): TextEdit[] {
  const { text, format, present, original } = work;
  const { headers, body, shape } = present.fields;
  const { remote } = original.connection;
  const was = original.entry.fields.headers;
  const missing = missingFrom(work, headers, was, remote?.secretHeaders ?? []);
  if (headers === undefined) {
    const [first = '', ...rest] = shape.headers ?? [];
    if (missing.length === 0 || rest.length > 0) return [];
    return format.add(text, body, present.fields.url, [
      { name: first, value: written(work, plainMap(missing), undefined) },
    ]);
  }
  const kept = new Set(was === undefined ? [] : members(was.value).map(({ name }) => name));
  const own = members(headers.value).filter(
    ({ name }) => remote?.ownHeaders.includes(name) === true && !kept.has(name),
  );
  const [first, ...others] = own;
  if (first === undefined) {
    return missing.length === 0 ? [] : format.add(text, headers.value, undefined, missing);
  }
  if (missing.length > 0) {
    const gone = new Set(others.map(({ name }) => name));
    return [
      ...format.swap(text, headers.value, first, missing),
      ...(gone.size === 0 ? [] : format.remove(text, headers.value, (name) => gone.has(name))),
    ];
  }
  const gone = new Set(own.map(({ name }) => name));
  const onlyOurs = members(headers.value).every(({ name }) => gone.has(name));
  if (onlyOurs && was === undefined) return withoutHeaders(work);
  const inOnePiece = headers.value.style !== 'tables' && headers.value.style !== 'dotted';
  if (onlyOurs && inOnePiece) return format.replace(text, headers, written(work, {}, was));
  return format.remove(text, headers.value, (name) => gone.has(name));
}

/** Takes out the headers as a whole, and what we put them into. */
function withoutHeaders({ text, format, present, original }: Work): TextEdit[] {
  const { body, shape } = present.fields;
  const [first = '', ...rest] = shape.headers ?? [];
  const holder = memberOf(body, first);
  const isNew = memberOf(original.entry.fields.body, first) === undefined;
  if (rest.length === 0 || holder === undefined || isNew) {
    return format.remove(text, body, (name) => name === first);
  }
  return format.remove(text, holder.value, (name) => name === rest[0]);
}

/** Gives the address back to an entry that names the bridge. */
function unbridged(work: Work): TextEdit[] {
  const { text, format, present, original } = work;
  const { command, body, shape } = present.fields;
  const was = original.entry.fields;
  const { reading } = original.entry;
  if (command === undefined || reading.kind !== 'remote') {
    throw new Error('An entry that leads to the bridge has a command, and the one before a URL.');
  }
  const headers = Object.fromEntries(reading.headers.map(({ name, value }) => [name, value]));
  const back = [
    { member: was.url, plain: reading.url },
    { member: was.type, plain: String(was.type?.value.value) },
    { member: was.headers, plain: headers },
  ].flatMap(({ member, plain }): Added[] =>
    member === undefined || memberOf(body, member.name) !== undefined
      ? []
      : [{ name: member.name, value: written(work, plain, member) }],
  );
  return [
    ...format.swap(text, body, command, back),
    ...format.remove(text, body, (name) => name === shape.args),
  ];
}
