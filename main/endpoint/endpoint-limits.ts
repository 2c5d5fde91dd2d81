import type { EndpointLimits } from './endpoint-ports.ts';

const mebibyte = 1024 * 1024;

/** Limits that leave room for what clients were seen to do, and none for what would harm the machine. */
export const defaultEndpointLimits: EndpointLimits = {
  headerBytes: 16 * 1024,
  headerCount: 100,
  // With its newline a body is then just the longest line that a session takes.
  bodyBytes: 64 * mebibyte - 1,
  heldBytes: 256 * mebibyte,
  headersMs: 10_000,
  requestMs: 60_000,
  bodyIdleMs: 10_000,
  keepAliveMs: 65_000,
  sockets: 512,
  batch: 100,
  inFlight: 256,
  streams: 64,
  sessions: 16,
  idleMs: 30 * 60_000,
  sweepMs: 30_000,
  streamAfterMs: 2_000,
  pingMs: 15_000,
  unreadBytes: mebibyte,
  stallMs: 30_000,
  storedEvents: 256,
  storedBytes: mebibyte,
  storedStreams: 8,
  cancelledMs: 30_000,
};
