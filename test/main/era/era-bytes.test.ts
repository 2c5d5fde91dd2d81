import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edited, memberEdits, membersOf } from '../../../main/era/json-text.ts';
import { makeLegacyFront } from '../../../main/era/legacy-front.ts';
import { makeLineCutter } from '../../../main/era/line-pieces.ts';
import { makeModernFront } from '../../../main/era/modern-front.ts';
import { frontRig, modernMeta } from './front-rig.ts';

/** JSON texts that a parser would not give back as they came. */
const value = fc.oneof(
  fc.constantFrom(
    '12345678901234567890',
    '1.0',
    '1e400',
    '-0',
    '"\\u0061\\/\\ud83d"',
    '"}{][,:\\\\\\""',
    '{ "a":1, "a":2 ,"__proto__":{}}',
    '[ 1.50 ,\t[] ]',
    'null',
    '{}',
  ),
  fc.json().map((text) => text.replaceAll('\n', ' ')),
);
const key = fc.oneof(
  fc.constantFrom('"arguments"', '"\\u006eame"', '"x"', '"constructor"', '""'),
  fc.string({ maxLength: 6 }).map((text) => JSON.stringify(text)),
);
const space = fc.constantFrom('', ' ', '\t', '  ');
/** Members as text, each with its own spaces around. */
const members = fc.array(
  fc.tuple(space, key, space, space, value, space).map(([a, k, b, c, v, d]) => ({
    key: String(JSON.parse(k)),
    text: `${a}${k}${b}:${c}${v}${d}`,
  })),
  { maxLength: 6 },
);
/** Names that have a meaning for a bridge. */
const plain = (reserved: readonly string[]) =>
  members.map((all) => all.filter((one) => !reserved.includes(one.key)).map(({ text }) => text));

const envelope = Object.entries(modernMeta())
  .map(([name, json]) => `${JSON.stringify(name)}:${JSON.stringify(json)}`)
  .join(',');
const trimmedEnd = (texts: readonly string[]) => texts.join(',').replace(/[ \t]+$/, '');
const tail = (texts: readonly string[]) => texts.join(',').slice(trimmedEnd(texts).length);
/** An object of these members and one more, put in after the last value. */
const withLast = (texts: readonly string[], last: string) =>
  texts.length === 0 ? `{${last}}` : `{${trimmedEnd(texts)},${last}${tail(texts)}}`;

function legacy() {
  const rig = frontRig(makeLegacyFront);
  const clientInfo = { name: 'modern', version: '2' };
  rig.client({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { capabilities: {}, clientInfo },
  });
  const result = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} };
  rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
  rig.heardByClient();
  return rig;
}

function modern() {
  const rig = frontRig(makeModernFront);
  rig.client(
    `{"jsonrpc":"2.0","id":0,"method":"server/discover","params":{"_meta":{${envelope}}}}`,
  );
  const serverInfo = { name: 's', version: '1' };
  const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo };
  rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
  rig.heardByClient();
  rig.heardByServer();
  return rig;
}
const stamp = '"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}';

describe('whatever a client of either era says', () => {
  it('reaches a modern server with its own bytes and the envelope', () => {
    const rig = legacy();
    let id = 1;
    fc.assert(
      fc.property(plain(['_meta']), plain([]), fc.boolean(), (params, meta, own) => {
        id += 1;
        const before = own ? [...params, `"_meta":{${meta.join(',')}}`] : params;
        rig.client(
          `{"jsonrpc":"2.0","id":"c${id}", "method":"x/y" ,"params":{${before.join(',')}}}`,
        );
        const after = own
          ? `{${[...params, `"_meta":${withLast(meta, envelope)}`].join(',')}}`
          : withLast(params, `"_meta":{${envelope}}`);
        expect(rig.textsToServer()).toEqual([
          `{"jsonrpc":"2.0","id":${id}, "method":"x/y" ,"params":${after}}\n`,
        ]);
        rig.server({ jsonrpc: '2.0', id, result: {} });
        rig.heardByClient();
      }),
    );
  });

  it('reaches a legacy server with its own bytes and without the envelope', () => {
    const rig = modern();
    let id = 1;
    const reserved = ['_meta', 'inputResponses', 'requestState', 'progressToken'];
    fc.assert(
      fc.property(plain(reserved), plain(reserved), (params, meta) => {
        id += 1;
        const own = [...meta, envelope].join(',');
        const all = (inner: string) => `{${[...params, `"_meta":{${inner}}`].join(',')}}`;
        rig.client(`{"jsonrpc":"2.0","id":"c${id}","method":"x/y","params":${all(own)}}`);
        // The envelope stands last here; with it go the spaces and the comma before it.
        expect(rig.textsToServer()).toEqual([
          `{"jsonrpc":"2.0","id":${id},"method":"x/y","params":${all(trimmedEnd(meta))}}\n`,
        ]);
        rig.server({ jsonrpc: '2.0', id, result: {} });
        rig.heardByClient();
      }),
    );
  });
});

describe('whatever a server of either era answers', () => {
  it('reaches a legacy client with its own bytes but for its type', () => {
    const rig = legacy();
    let id = 1;
    fc.assert(
      fc.property(plain(['resultType']), plain(['resultType']), (first, last) => {
        id += 1;
        rig.client({ jsonrpc: '2.0', id: `c${id}`, method: 'x/y' });
        rig.heardByServer();
        const typed = [...first, '"resultType":"complete"', ...last].join(',');
        rig.server(`{"id":${id},"jsonrpc":"2.0","result":{${typed}}}`);
        const texts = rig.textsToClient();
        const kept = last.length === 0 ? trimmedEnd(first) : undefined;
        const leading = last.map((text, index) => (index === 0 ? text.trimStart() : text));
        const bare = kept ?? [...first, ...leading].join(',');
        expect(texts).toEqual([`{"id":"c${id}","jsonrpc":"2.0","result":{${bare}}}\n`]);
      }),
    );
  });

  it('reaches a modern client with its own bytes and what 2026-07-28 adds', () => {
    const rig = modern();
    let id = 1;
    fc.assert(
      fc.property(plain(['_meta', 'resultType', 'ttlMs', 'cacheScope']), (result) => {
        id += 1;
        const meta = modernMeta();
        rig.client({ jsonrpc: '2.0', id: `c${id}`, method: 'tools/list', params: { _meta: meta } });
        rig.heardByServer();
        rig.server(`{"id":${id},"jsonrpc":"2.0","result":{${result.join(',')}}}`);
        const added = `"resultType":"complete","ttlMs":0,"cacheScope":"private",${stamp}`;
        expect(rig.textsToClient()).toEqual([
          `{"id":"c${id}","jsonrpc":"2.0","result":${withLast(result, added)}}\n`,
        ]);
      }),
    );
  });
});

describe('the edits of an object', () => {
  it('take out exactly the members they should, whatever stands around them', () => {
    fc.assert(
      fc.property(members, fc.array(fc.nat(5)), fc.boolean(), (all, out, adding) => {
        const text = `{${all.map(({ text }) => text).join(',')}}`;
        const found = membersOf(text, 0);
        expect(found.map((one) => one.key)).toEqual(all.map((one) => one.key));
        const gone = new Set(out.map((index) => found[index]));
        const add = adding ? ([['new', '1.0']] as const) : [];
        const after = edited(
          text,
          memberEdits(0, found, (one) => gone.has(one), add),
        );
        const kept = found.filter((one) => !gone.has(one));
        const left = membersOf(after, 0);
        expect(left.map(({ start, end }) => after.slice(start, end))).toEqual([
          ...kept.map(({ start, end }) => text.slice(start, end)),
          ...add.map(([, json]) => json),
        ]);
        expect(() => JSON.parse(after)).not.toThrow();
        if (gone.size === 0 && !adding) expect(after).toBe(text);
      }),
    );
  });
});

describe('the cutter of lines', () => {
  it('gives back every byte, and lines whole where they fit', () => {
    const piece = fc.constantFrom('a', 'bb', '\n', 'c\nd', '\n\n', 'x'.repeat(9));
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (all, limit) => {
          const cutter = makeLineCutter(limit);
          const pieces = all.flatMap((text) => cutter.push(Buffer.from(text)));
          const rest = cutter.rest().toString();
          const said = pieces.map(({ bytes }) => bytes.toString());
          expect(said.join('') + rest).toBe(all.join(''));
          const fitting = (all.join('').match(/[^\n]*\n/g) ?? []).filter(
            (line) => line.length <= limit,
          );
          expect(pieces.filter(({ whole }) => whole).map(({ bytes }) => bytes.toString())).toEqual(
            fitting,
          );
        },
      ),
    );
  });
});
