import type { EraPorts } from './era-ports.ts';

/** Says texts as lines to either side. */
export interface Speaker {
  toClient(text: string): void;
  toServer(text: string): void;
  /** Passes a line on untouched. */
  rawToClient(line: Buffer): void;
  rawToServer(line: Buffer): void;
  dropped(from: 'client' | 'server', message: string): void;
}

/** The speaker of a bridge. After `silence` nothing is said any more. */
export function makeSpeaker(ports: EraPorts): Speaker & { silence(): void } {
  let silent = false;
  const line = (text: string) => Buffer.from(`${text}\n`);
  return {
    toClient(text) {
      if (!silent) ports.toClient(line(text));
    },
    toServer(text) {
      if (!silent) ports.toServer(line(text));
    },
    rawToClient(bytes) {
      if (!silent) ports.toClient(bytes);
    },
    rawToServer(bytes) {
      if (!silent) ports.toServer(bytes);
    },
    dropped(from, message) {
      ports.noticed?.({ kind: 'dropped', from, message });
    },
    silence() {
      silent = true;
    },
  };
}

/** A request as text; `params` is a JSON text. */
export const requestText = (idText: string, method: string, params?: string): string =>
  `{"jsonrpc":"2.0","id":${idText},"method":${JSON.stringify(method)}${params === undefined ? '' : `,"params":${params}`}}`;

/** A notification as text. */
export const notificationText = (method: string, params?: string): string =>
  `{"jsonrpc":"2.0","method":${JSON.stringify(method)}${params === undefined ? '' : `,"params":${params}`}}`;

/** A result as text; `result` is a JSON text. */
export const resultText = (idText: string, result: string): string =>
  `{"jsonrpc":"2.0","id":${idText},"result":${result}}`;

/** Tells a peer that its answer to a request is not waited for any more. */
export const cancelText = (idText: string, reason: string): string =>
  notificationText(
    'notifications/cancelled',
    `{"requestId":${idText},"reason":${JSON.stringify(reason)}}`,
  );

/** Text from outside in a sentence of ours: short, and printable whoever shows it. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
