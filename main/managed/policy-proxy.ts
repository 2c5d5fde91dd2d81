import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

type Environment = Readonly<Record<string, string | undefined>>;

const read = (env: Environment, name: string): string | undefined =>
  env[name] ?? env[name.toUpperCase()];

/** The proxy for an address by `https_proxy` and `no_proxy`, as curl reads them; undefined for the direct way. */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const proxy = read(env, 'https_proxy') ?? '';
  if (proxy === '' || !URL.canParse(proxy) || new URL(proxy).protocol !== 'http:') return undefined;
  const host = url.hostname.toLowerCase();
  const spared = (read(env, 'no_proxy') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .map((name) => name.replace(/^\*?\./, ''))
    .filter((name) => name !== '');
  const bypass = spared.some((name) => name === '*' || host === name || host.endsWith(`.${name}`));
  return bypass ? undefined : new URL(proxy);
}

const credentialsOf = ({ username, password }: URL): Record<string, string> => {
  if (username === '') return {};
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(plain).toString('base64')}` };
};

/** Connections through a proxy by CONNECT (RFC 9110, 9.3.6): the proxy sees the host's name and no more. */
export function proxyAgent(proxy: URL): https.Agent {
  return new (class extends https.Agent {
    override createConnection(
      options: tls.ConnectionOptions & { host: string; port: number | string },
      done: (error: Error | null, socket?: Duplex) => void,
    ): undefined {
      const target = `${options.host}:${options.port}`;
      const request = http.request({
        host: proxy.hostname.replace(/^\[|\]$/g, ''),
        port: proxy.port === '' ? 80 : proxy.port,
        method: 'CONNECT',
        path: target,
        headers: { host: target, ...credentialsOf(proxy) },
      });
      request.on('error', (error) => done(error));
      request.on('connect', (response, socket) => {
        if (response.statusCode === 200) done(null, tls.connect({ ...options, socket }));
        else {
          socket.destroy();
          done(new Error(`the proxy ${proxy.host} answered HTTP ${response.statusCode}`));
        }
      });
      request.end();
    }
  })();
}
