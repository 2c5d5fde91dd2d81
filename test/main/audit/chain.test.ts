import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { entryHash, entryText, genesisHash, newChain } from '../../../main/audit/chain.ts';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

test('the hash covers the previous hash and the canonical text', () => {
  const chain = newChain();
  const previousHash = genesisHash(chain);
  const text = entryText({
    kind: 'problem',
    sequence: 1,
    id: 'id',
    time: 5,
    chain,
    previousHash,
    detail: 'Größe',
  });
  expect(text).toBe(
    `{"chain":"${chain}","detail":"Größe","id":"id","kind":"problem","previousHash":"${previousHash}","sequence":1,"time":5}`,
  );
  expect(entryHash(previousHash, text)).toBe(sha256(previousHash + text));
});

test('every chain begins elsewhere', () => {
  const chains = Array.from({ length: 50 }, newChain);
  expect(new Set(chains.map(genesisHash)).size).toBe(50);
  expect(chains.every((chain) => /^[0-9a-f]{32}$/.test(chain))).toBe(true);
  expect(genesisHash('a')).toBe(sha256('airlock-audit-chain-1\na'));
});
