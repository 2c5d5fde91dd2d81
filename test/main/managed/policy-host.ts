import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { signBundleJws } from '../../../main/managed/bundle-jws.ts';
import { type BundleReader, readBundle } from '../../../main/managed/bundle-reader.ts';
import { makeBundleStore } from '../../../main/managed/bundle-store.ts';
import type { EnrolmentState } from '../../../main/managed/enrolment.ts';
import { type Managed, type ManagedPorts, openManaged } from '../../../main/managed/managed.ts';
import type { ManagedView } from '../../../main/managed/managed-view.ts';
import type { EntryInput } from '../../../shared/audit.ts';
import type { EnrolledKey } from '../../../shared/managed.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import type { TestKey } from './signing.ts';

/** A policy host on loopback that answers as the test says. */
export interface PolicyHost {
  readonly url: string;
  answer: http.RequestListener;
  readonly asked: http.IncomingHttpHeaders[];
  close(): Promise<void>;
}

/** Starts a policy host. */
export async function policyHost(answer: http.RequestListener): Promise<PolicyHost> {
  const server = http.createServer((request, response) => {
    host.asked.push(request.headers);
    host.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host: PolicyHost = {
    url: `http://127.0.0.1:${port}/airlock.jws`,
    answer,
    asked: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return host;
}

/** Serves a text with its ETag, as any web server does with a file. */
export const serving =
  (text: string): http.RequestListener =>
  (request, response) => {
    const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag, 'content-type': 'application/jose' }).end(text);
  };

export const day = 24 * 3_600_000;
/** When the machine of the tests begins to run. */
export const begin = Date.parse('2026-11-24T12:00:00Z');
const iso = (at: number): string => new Date(at).toISOString();

/** A bundle as IT signs it. */
export const aBundle = (
  key: TestKey,
  serial: number,
  more: Readonly<Record<string, unknown>> = {},
) =>
  signBundleJws(
    {
      schemaVersion: 1,
      organisation: 'Acme',
      serial,
      issued: iso(begin - 3_600_000),
      expires: iso(begin + 14 * day),
      cedar: `@id("serial-${serial}") permit (principal, action, resource);`,
      ...more,
    },
    key.secret,
  );

/** A machine with managed policy: everything real but its clock and its keychain. */
export interface Machine {
  /** Starts the app anew with what is on disk and in the keychain. */
  start(): Promise<Managed>;
  readonly folder: string;
  readonly rules: (string | undefined)[];
  readonly views: { readonly view: ManagedView; readonly confirmed: boolean }[];
  readonly entries: EntryInput[];
  /** What the keychain holds; undefined: it is locked. */
  vault: Map<string, string> | undefined;
  notes: string | undefined;
  now: number;
  enrolment: EnrolmentState;
  /** Runs what waits for the clock, which then stands at its time. */
  elapse(): Promise<void>;
  remove(): void;
}

const sleeping = new Set<Machine>();

/** Ends the machines of a test. */
export function removeMachines(): void {
  for (const machine of sleeping) machine.remove();
  sleeping.clear();
}

/** Makes a machine that is enrolled at a host. */
export function aMachine(
  host: Pick<PolicyHost, 'url'>,
  keys: readonly EnrolledKey[],
  more: Partial<ManagedPorts> & { readonly read?: BundleReader } = {},
): Machine {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'airlock-machine-'));
  let waiting: { at: number; call: () => void }[] = [];
  let running: Managed | undefined;
  const machine: Machine = {
    folder,
    rules: [],
    views: [],
    entries: [],
    vault: new Map(),
    notes: undefined,
    now: begin,
    enrolment: {
      state: 'enrolled',
      place: 'test',
      problems: [],
      enrolment: { organisation: 'Acme', policyUrl: host.url, keys: [...keys] },
    },
    async start() {
      running?.stop();
      waiting = [];
      running = await openManaged({
        readEnrolment: async () => machine.enrolment,
        read: readBundle,
        store: makeBundleStore({
          file: path.join(folder, 'managed-policy.jws'),
          notes: {
            get: () => machine.notes,
            put: (text) => {
              machine.notes = text;
            },
          },
          vault: {
            get: async () =>
              machine.vault === undefined
                ? fail('keychain-locked', 'It is locked.')
                : ok(machine.vault.get('mark')),
            set: async (text) => {
              if (machine.vault === undefined) return fail('keychain-locked', 'It is locked.');
              machine.vault.set('mark', text);
              return ok(null);
            },
          },
        }),
        host: { allowLoopbackHttp: true, env: {} },
        deviceId: 'device-1',
        now: () => machine.now,
        random: () => 0.5,
        after(ms, call) {
          const one = { at: machine.now + ms, call };
          waiting.push(one);
          return () => {
            waiting = waiting.filter((other) => other !== one);
          };
        },
        setRules: async (text) => {
          machine.rules.push(text);
          return [];
        },
        apply: (view, confirmed) => machine.views.push({ view, confirmed }),
        record: (entry) => machine.entries.push(entry),
        ...more,
      });
      return running;
    },
    async elapse() {
      const [next] = [...waiting].sort((a, b) => a.at - b.at);
      if (next === undefined) throw new Error('Nothing waits for the clock.');
      waiting = waiting.filter((one) => one !== next);
      machine.now = Math.max(machine.now, next.at);
      next.call();
      // The check that has begun is joined, and one more follows it.
      await running?.checkNow();
    },
    remove() {
      running?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  sleeping.add(machine);
  return machine;
}
