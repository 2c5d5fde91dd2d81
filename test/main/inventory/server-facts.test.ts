import { describe, expect, test } from 'vitest';
import { isLoopback, ownerOf, packageOf, purlOf } from '../../../main/inventory/server-facts.ts';

const of = (line: string) => packageOf(line.split(' '));

test.each([
  [
    'npx -y @modelcontextprotocol/server-git@1.2.3',
    '@modelcontextprotocol',
    'pkg:npm/%40modelcontextprotocol/server-git@1.2.3',
  ],
  ['npx foo-mcp', undefined, 'pkg:npm/foo-mcp'],
  ['uvx mcp_server.time==0.6', undefined, 'pkg:pypi/mcp-server-time@0.6'],
  ['docker run mcp/git', 'mcp', 'pkg:oci/git?repository_url=mcp%2Fgit'],
  [
    'docker run ghcr.io/github/github-mcp-server:v1',
    'github',
    'pkg:oci/github-mcp-server?repository_url=ghcr.io%2Fgithub%2Fgithub-mcp-server&tag=v1',
  ],
  [
    'docker run quay.io/mcp@sha256:ab',
    'quay.io',
    'pkg:oci/mcp@sha256:ab?repository_url=quay.io%2Fmcp',
  ],
  ['docker run mcp-server', undefined, 'pkg:oci/mcp-server?repository_url=mcp-server'],
])('%s', (line, owner, purl) => {
  const found = of(line);
  expect(ownerOf(found, undefined)?.name).toBe(owner);
  expect(found === undefined ? undefined : purlOf(found)).toBe(purl);
});

test.each(['/usr/bin/thing', 'node /a/index.js', 'python -m mcp_server_x'])(
  '%s is no published package',
  (line) => {
    expect(of(line)).toBeUndefined();
  },
);

describe('the owner of an address', () => {
  test.each([
    ['https://mcp.example.com/sse', 'mcp.example.com'],
    ['http://127.0.0.1:3000/mcp', undefined],
    ['http://localhost:3000', undefined],
    ['http://[::1]:3000', undefined],
    ['not a url', undefined],
  ])('%s: %s', (url, name) => {
    expect(ownerOf(undefined, url)?.name).toBe(name);
  });

  test.each([
    ['127.9.9.9', true],
    ['app.localhost', true],
    ['::1', true],
    ['127.0.0.1.example.com', false],
    ['localhost.example.com', false],
    ['0.0.0.0', false],
  ])('loopback %s: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});
