import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchBundle } from '../../main/managed/bundle-fetch.ts';
import { threadedReader } from '../../main/managed/bundle-reader.ts';
import type { PolicyHostPorts } from '../../main/managed/policy-request.ts';
import { untrusted } from '../fakes/certificate.ts';
import { threadScript } from '../fakes/thread-script.ts';
import {
  aBundle,
  aMachine,
  type PolicyHost,
  policyHost,
  removeMachines,
  serving,
} from '../main/managed/policy-host.ts';
import { aKeyPair } from '../main/managed/signing.ts';

/*
 * Threat: the policy host is down, was taken over, or is not reached at all: a sign-in page of a network, a redirect to
 * another place, an endless answer. Nothing of it may be taken for policy, and none of it may hold the app up.
 */

let host: PolicyHost;
beforeEach(async () => {
  host = await policyHost(serving('a.b.c'));
});
afterEach(async () => {
  removeMachines();
  await host.close();
});

const local: PolicyHostPorts = { allowLoopbackHttp: true, env: {}, idleMs: 2_000 };
const fetch = (url = host.url, ports: PolicyHostPorts = local, etag?: string) =>
  fetchBundle(url, etag, ports, AbortSignal.timeout(15_000));
const codeOf = async (...args: Parameters<typeof fetch>) => {
  const result = await fetch(...args);
  return result.ok ? result.value.kind : result.problem.code;
};

describe('an answer that is no bundle', () => {
  test('is told from one by its status, and by what it is', async () => {
    host.answer = (_request, response) => void response.writeHead(503).end('no');
    expect(await codeOf()).toBe('policy-host-answer');
    host.answer = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in</p>');
    expect(await codeOf()).toBe('policy-host-web-page');
    host.answer = (_request, response) => void response.writeHead(200).end('<!doctype html>');
    expect(await codeOf()).toBe('policy-host-web-page');
    host.answer = (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    expect(await codeOf()).toBe('policy-host-answer');
    host.answer = (_request, response) => void response.writeHead(304).end();
    expect(await codeOf()).toBe('policy-host-answer');
    expect(await codeOf(host.url, local, '"known"')).toBe('not-modified');
  });

  test('of 50 MB is not read, whether it says its size or not', async () => {
    let sent = 0;
    const piece = Buffer.alloc(65_536, 'a');
    const pour = (length: number | undefined): http.RequestListener =>
      function answer(_request, response) {
        sent = 0;
        response.writeHead(200, length === undefined ? {} : { 'content-length': length });
        const more = () => {
          while (sent < 50_000_000 && !response.destroyed) {
            sent += piece.length;
            if (!response.write(piece)) return void response.once('drain', more);
          }
          response.end();
        };
        more();
      };
    host.answer = pour(undefined);
    expect(await codeOf()).toBe('bundle-too-large');
    expect(sent).toBeLessThan(20_000_000);
    host.answer = pour(50_003_968);
    expect(await codeOf()).toBe('bundle-too-large');
    expect(sent).toBeLessThan(10_000_000);
  });

  test('that ends too early or never comes is a host that cannot be reached', async () => {
    host.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('part', () => response.destroy());
    };
    expect(await codeOf()).toBe('policy-host-unreachable');
    host.answer = () => undefined;
    expect(await codeOf(host.url, { ...local, idleMs: 100 })).toBe('policy-host-unreachable');
    expect(await codeOf('http://127.0.0.1:1/')).toBe('policy-host-unreachable');
  });
});

describe('a redirect', () => {
  test('to another place is not followed, and nothing is asked there', async () => {
    const elsewhere = await policyHost(serving('a.b.c'));
    try {
      for (const location of [
        elsewhere.url,
        elsewhere.url.replace('127.0.0.1', 'localhost'),
        'https://example.com/',
        'file:///etc/passwd',
      ]) {
        host.answer = (_request, response) => void response.writeHead(302, { location }).end();
        expect(await codeOf()).toBe('policy-host-redirect');
      }
      expect(elsewhere.asked).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  test('within the host is followed, but not in circles', async () => {
    host.answer = (request, response) => {
      if (request.url === '/new') serving('text')(request, response);
      else response.writeHead(302, { location: '/new' }).end();
    };
    expect(await codeOf()).toBe('bundle');
    host.answer = (_request, response) =>
      void response.writeHead(302, { location: '/again' }).end();
    expect(await codeOf()).toBe('policy-host-redirect');
  });
});

describe('the way to the host', () => {
  test('is HTTPS alone, with a certificate that is trusted', async () => {
    expect(await codeOf(host.url, { ...local, allowLoopbackHttp: false })).toBe(
      'policy-host-answer',
    );
    const secure = https.createServer(untrusted, serving('text'));
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const url = `https://localhost:${(secure.address() as AddressInfo).port}/`;
    try {
      expect(await codeOf(url)).toBe('policy-host-unreachable');
      expect(await codeOf(url, { ...local, ca: [untrusted.cert] })).toBe('bundle');
    } finally {
      secure.close();
    }
  });

  test('goes through the proxy of the environment, which sees the name of the host and no more', async () => {
    const secure = https.createServer(untrusted, serving('text'));
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const { port } = secure.address() as AddressInfo;
    const asked: string[] = [];
    const proxy = http.createServer().on('connect', (request, socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
      const through = net.connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const env = { HTTPS_PROXY: `http://ada:pw@127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const ports = { ...local, ca: [untrusted.cert], env };
    try {
      expect(await codeOf(`https://localhost:${port}/`, ports)).toBe('bundle');
      expect(asked).toEqual([
        `localhost:${port} Basic ${Buffer.from('ada:pw').toString('base64')}`,
      ]);
      const spared = { ...ports, env: { ...env, NO_PROXY: 'localhost' } };
      expect(await codeOf(`https://localhost:${port}/`, spared)).toBe('bundle');
      expect(asked).toHaveLength(1);
    } finally {
      proxy.close();
      secure.close();
    }
  });
});

describe('a bundle of ten thousand rules', () => {
  const script = threadScript('main/managed/bundle-worker.ts');
  afterAll(() => script.remove());
  const cedar = Array.from(
    { length: 10_000 },
    (_, index) =>
      `@id("r${index}") permit (principal, action, resource in Server::"srv_${index}");`,
  ).join('\n');

  test('is read in a thread of its own, and a large one that is no bundle is refused there', async () => {
    const key = await aKeyPair('k');
    host.answer = serving(await aBundle(key, 1, { cedar }));
    const machine = aMachine(host, [key.enrolled], { read: threadedReader(script.file) });
    const app = await machine.start();
    expect((await app.checkNow()).rules).toBe(cedar);
    host.answer = serving(`${'A'.repeat(200_000)}.b.c`);
    const view = await app.checkNow();
    expect(view.rules).toBe(cedar);
    expect(view.status.problems.join(' ')).toContain('not a signed policy bundle');
  });
});
