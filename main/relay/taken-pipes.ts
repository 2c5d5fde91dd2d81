import { Socket } from 'node:net';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Streams } from './session-ports.ts';

/** A client behind a bridge: its streams, and the way to let both go. */
export interface BridgeClient extends Streams {
  destroy(): void;
}

/** A bridge that carries the bytes itself: its socket is the client. */
export const throughBridge = (socket: Socket): BridgeClient => ({
  in: socket,
  out: socket,
  destroy: () => socket.destroy(),
});

/** The name a bridge may give the socket at which it hands its client's pipes over: a file of our own folder. */
export const offerName = /^h[0-9a-f]{8}\.sock$/;

/** How long a bridge has for that, in milliseconds; after it the bridge carries the bytes itself. */
const patienceMs = 2_000;

interface PipeBinding {
  readonly Pipe: new (kind: number) => object;
  readonly constants: { readonly IPC: number };
}

/**
 * Takes the pipes that a bridge offers: the client's own stdin and stdout, as descriptors over a unix socket
 * (SCM_RIGHTS). From then on the client's messages come here without a stop in the bridge, whose `socket` only tells
 * that it lives: it ends with the client's output, and the client ends with it.
 */
export async function takePipes(
  folder: string,
  name: string,
  socket: Socket,
): Promise<Result<BridgeClient>> {
  const binding = pipeBinding();
  if (binding === undefined) return fail('no-pipes', 'This system hands no pipes over.');
  const handles = await receive(binding, join(folder, name));
  if (!handles.ok) return handles;
  const [input, output] = handles.value;
  const ends: Streams = {
    in: new Socket({ handle: input, readable: true, writable: false, manualStart: true } as object),
    out: new Socket({ handle: output, readable: false, writable: true } as object),
  };
  const destroy = () => {
    ends.in.destroy();
    ends.out.destroy();
    socket.destroy();
  };
  // Until its session listens, a broken pipe is nobody's crash.
  ends.in.on('error', () => undefined);
  ends.out.on('error', () => undefined);
  ends.out.on('close', () => socket.end());
  socket.on('end', destroy);
  socket.on('close', destroy);
  socket.resume();
  return ok({ ...ends, destroy });
}

/** Two handles, in the order of stdin and stdout. */
function receive(binding: PipeBinding, path: string): Promise<Result<readonly [object, object]>> {
  return new Promise((resolve) => {
    const ipc: { pendingHandle?: unknown } = new binding.Pipe(binding.constants.IPC);
    const words = new Socket({ handle: ipc, manualStart: true } as object);
    const taken: object[] = [];
    const timer = setTimeout(
      () => give('The bridge handed its pipes over too slowly.'),
      patienceMs,
    );
    const gone = () => give('The bridge did not hand its pipes over.');
    words.on('data', () => {
      const handle = ipc.pendingHandle;
      ipc.pendingHandle = null;
      // Anything else than a pipe is no client's stdin.
      if (!(handle instanceof binding.Pipe)) return give('The bridge handed over what is no pipe.');
      taken.push(handle);
      if (taken.length === 2) give();
      else words.write('.');
      return undefined;
    });
    words.on('error', gone);
    words.on('close', gone);
    words.connect({ path });

    function give(problem?: string): void {
      clearTimeout(timer);
      words.off('close', gone);
      words.destroy();
      const [input, output] = taken;
      if (problem === undefined && input !== undefined && output !== undefined) {
        resolve(ok([input, output]));
      } else {
        for (const handle of taken) (handle as { close?: () => void }).close?.();
        taken.length = 0;
        resolve(fail('no-pipes', problem ?? 'The bridge handed too little over.'));
      }
    }
  });
}

function pipeBinding(): PipeBinding | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const { binding } = process as unknown as { readonly binding: (name: string) => object };
    const { Pipe, constants } = binding('pipe_wrap') as Partial<PipeBinding>;
    return Pipe === undefined || constants === undefined ? undefined : { Pipe, constants };
  } catch {
    // A Node without it: bridges carry the bytes themselves.
    return undefined;
  }
}
