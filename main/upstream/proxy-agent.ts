import { type AgentOptions, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import type { ProxyChoice } from './proxy.ts';

/** What opens connections through a proxy, beside the options of every pool of connections. */
export interface TunnelOptions extends AgentOptions {
  /** How long the proxy and, over TLS, the server may take together. */
  readonly connectMs: number;
  /** Authorities to trust in place of the usual ones. */
  readonly ca?: string;
}

type Created = (error: Error | null, stream?: Duplex) => void;

/** An error that says which of the proxy's refusals it was, in the form of the system's own. */
const failed = (code: string): Error => Object.assign(new Error(code), { code });

/**
 * Opens a tunnel to `host:port` through a proxy (RFC 9110, section 9.3.6 CONNECT). What goes through it the proxy does
 * not see where the server speaks TLS; a password to the proxy goes to the proxy alone.
 */
function tunnel(proxy: URL, target: string, connectMs: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const name = decodeURIComponent(proxy.username);
    const password = decodeURIComponent(proxy.password);
    const basic = Buffer.from(`${name}:${password}`).toString('base64');
    const asking = (proxy.protocol === 'https:' ? tlsRequest : plainRequest)({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      headers: {
        host: target,
        ...(name !== '' && { 'proxy-authorization': `Basic ${basic}` }),
      },
      agent: false,
    });
    const timer = setTimeout(() => asking.destroy(failed('connect-timeout')), connectMs);
    asking.once('connect', ({ statusCode = 0 }, socket, head) => {
      clearTimeout(timer);
      if (statusCode >= 200 && statusCode < 300 && head.length === 0) return resolve(ready(socket));
      socket.destroy();
      reject(failed(statusCode === 407 ? 'proxy-sign-in' : 'proxy-refused'));
    });
    // A proxy that gives any other answer than to a CONNECT is none.
    asking.once('response', (response) => {
      response.destroy();
      asking.destroy(failed('proxy-refused'));
    });
    asking.once('error', (error) => {
      clearTimeout(timer);
      const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
      reject(/^(proxy-|connect-timeout)/.test(code) ? error : failed('proxy-unreached'));
    });
    asking.end();
  });
}

/** As the request would have set it, had it opened the connection itself. */
function ready(socket: Duplex): Duplex {
  if (socket instanceof Socket) socket.setNoDelay(true).setKeepAlive(true, 30_000);
  return socket;
}

async function secure(socket: Duplex, host: string, options: TunnelOptions): Promise<Duplex> {
  const { ca, connectMs } = options;
  const secured = tlsConnect({
    socket,
    host,
    // RFC 6066, section 3: an address is no server name.
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    ...(ca !== undefined && { ca }),
  });
  const timer = setTimeout(() => secured.destroy(failed('connect-timeout')), connectMs);
  return new Promise<Duplex>((resolve, reject) => {
    secured.once('secureConnect', () => resolve(secured));
    secured.once('error', reject);
  }).finally(() => clearTimeout(timer));
}

/** The connections of one session to a server, through the proxy that was chosen for it. */
export function proxyAgent(
  url: URL,
  choice: Exclude<ProxyChoice, { kind: 'direct' }>,
  options: TunnelOptions,
): PlainAgent {
  const overTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const target = `${url.hostname}:${url.port || (overTls ? '443' : '80')}`;
  const agent = overTls ? new TlsAgent(options) : new PlainAgent(options);

  async function open(): Promise<Duplex> {
    if (choice.kind === 'unusable') throw failed('proxy-unusable');
    const socket = await tunnel(choice.proxy, target, options.connectMs);
    return overTls ? secure(socket, host, options) : socket;
  }

  return Object.assign(agent, {
    createConnection(_options: unknown, created: Created): undefined {
      open().then(
        (stream) => created(null, stream),
        (error: Error) => created(error),
      );
    },
  });
}
