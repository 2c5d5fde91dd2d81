import { expect, test } from 'vitest';
import { lineage, listenerUrl, usedBy } from '../../../renderer/inventory/inventory-words.ts';
import { countRoutes, filterServers, noFilter } from '../../../renderer/inventory/server-filter.ts';
import { anInventory, aServer, largeInventory } from '../pages/inventory-answers.ts';

const { servers, stray } = anInventory();
const ids = (over: Partial<typeof noFilter>) =>
  filterServers(servers, { ...noFilter, ...over }).map(({ id }) => id);

test('servers are found by tool, owner, entry and agent, and narrowed by route', () => {
  expect(ids({ text: 'WRITE_file modelcontext' })).toEqual(['srv_1']);
  expect(ids({ text: 'shell.example' })).toEqual(['srv_shell']);
  expect(ids({ route: 'direct' })).toEqual(['srv_weather']);
  expect(ids({ agent: 'client-2' })).toEqual(['srv_weather', 'srv_1']);
  expect(ids({ agent: 'client-2', route: 'blocked' })).toEqual([]);
  expect(countRoutes(servers, '')).toEqual({
    all: 3,
    direct: 1,
    unknown: 0,
    blocked: 1,
    routed: 1,
  });
});

test('many agents fit into a column, and none is said', () => {
  const [large] = largeInventory().servers;
  expect(large && usedBy(large)).toBe('Client 0, Client 1 and 28 more');
  expect(usedBy(aServer({ uses: [] }))).toBe('No agent any more');
});

test('a process is told from its app downwards', () => {
  expect(stray.map(lineage)).toEqual(['code › zsh']);
});

test('the address of a listener is one of this machine, IPv6 in brackets', () => {
  const url = (address: string, path = 'mcp') => listenerUrl({ address, port: 80 }, path);
  expect(url('::1', '/mcp')).toBe('http://[::1]:80/mcp');
  expect([url('0.0.0.0'), url('::')]).toEqual(['http://127.0.0.1:80/mcp', 'http://[::1]:80/mcp']);
  expect(url('127.0.0.1', '//evil.example/')).toBe('http://127.0.0.1:80/evil.example/');
});
