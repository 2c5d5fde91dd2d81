import { randomBytes } from 'node:crypto';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import type { BridgeEndpoint } from '../../shared/endpoint.ts';

/** What of Node's pipes no public function reaches: descriptors travel between unrelated processes by nothing else. */
interface PipeBinding {
  readonly Pipe: new (kind: number) => PipeHandle;
  readonly constants: { readonly SOCKET: number; readonly IPC: number };
  readonly WriteWrap: new () => object;
}

interface PipeHandle {
  open(descriptor: number): number;
  writeUtf8String(request: object, text: string, send: PipeHandle): number;
}

/** A client's two pipes, offered to the app; `name` is the socket, in the app's own folder, where it can take them. */
export interface Offer {
  readonly name: string;
  /** Takes the offer back, whatever became of it. */
  close(): void;
}

/** In the order they are handed over. */
const descriptors = [0, 1] as const;

/**
 * Offers the client's stdin and stdout themselves, so that its messages go to the app and back without a stop in this
 * process: two wake-ups less each way. Undefined where they are no pipes, on Windows, or where this Node does not give
 * access to its pipes; then the bridge carries the bytes itself.
 */
export async function offerPipes(place: BridgeEndpoint): Promise<Offer | undefined> {
  const { socketFolder } = place;
  const binding = pipeBinding();
  if (socketFolder === undefined || binding === undefined) return undefined;
  const handles = descriptors.map((descriptor) => handleOf(binding, descriptor));
  const pipes = handles.filter((handle) => handle !== undefined);
  if (pipes.length !== descriptors.length) return undefined;

  const name = `h${randomBytes(4).toString('hex')}.sock`;
  const server = createServer({ pauseOnConnect: true }, (accepted) => {
    server.close();
    hand(binding, accepted, pipes);
  });
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(join(socketFolder, name), () => {
      server.unref();
      resolve({ name, close: () => server.close() });
    });
  });
}

/** Sends the pipes one by one, each after the word that the one before has arrived. */
function hand(binding: PipeBinding, accepted: Socket, pipes: readonly PipeHandle[]): void {
  const descriptor = descriptorOf(accepted);
  if (descriptor === undefined) return;
  // Sockets that were accepted cannot send descriptors; a second handle on the same socket can. The first one is
  // paused and stays so until this process ends.
  const ipc = new binding.Pipe(binding.constants.IPC);
  if (ipc.open(descriptor) !== 0) return;
  const left = [...pipes];
  const next = () => {
    const pipe = left.shift();
    if (pipe !== undefined) ipc.writeUtf8String(new binding.WriteWrap(), '.', pipe);
  };
  const words = new Socket({ handle: ipc } as object);
  words.on('data', next);
  words.on('error', () => undefined);
  words.unref();
  next();
}

/** The pipe behind a descriptor; undefined where it is a file, a terminal or a device. */
function handleOf(binding: PipeBinding, descriptor: number): PipeHandle | undefined {
  const stream: unknown = descriptor === 0 ? process.stdin : process.stdout;
  const handle = (stream as { readonly _handle?: unknown })._handle;
  return handle instanceof binding.Pipe ? handle : undefined;
}

function descriptorOf(socket: Socket): number | undefined {
  const handle = (socket as unknown as { readonly _handle?: { readonly fd?: unknown } })._handle;
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined;
}

function pipeBinding(): PipeBinding | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const { binding } = process as unknown as { readonly binding: (name: string) => object };
    const found = { ...binding('pipe_wrap'), ...binding('stream_wrap') } as Partial<PipeBinding>;
    const { Pipe, constants, WriteWrap } = found;
    if (Pipe === undefined || constants === undefined || WriteWrap === undefined) return undefined;
    return { Pipe, constants, WriteWrap };
  } catch {
    // A Node without it: the bridge is a byte pipe then.
    return undefined;
  }
}
