import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { BridgeEndpoint } from '../../shared/endpoint.ts';
import { type BridgeHello, helloAccepted, helloLimit, helloTaken } from '../../shared/hello.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { type HelloProblem, helloRefused, problem, readHello } from './hello.ts';
import { clearStaleSocket, ownFolder } from './socket-folder.ts';
import { type BridgeClient, takePipes, throughBridge } from './taken-pipes.ts';

/** What the listener needs, and whom it tells. */
export interface ListenerPorts {
  readonly endpoint: Pick<BridgeEndpoint, 'socket' | 'socketFolder'>;
  readonly token: string;
  /** Whose the socket's folder must be. */
  readonly uid: number;
  /** A bridge that said a good hello. Its client's streams are paused, and carry its bytes alone. */
  readonly accept: (hello: BridgeHello, client: BridgeClient) => void;
  /** Somebody was turned away. */
  readonly refused: (problem: HelloProblem) => void;
  /** How long a hello may take, in milliseconds; 5,000 unless told otherwise. */
  readonly helloMs?: number;
}

/** The open door for bridges. */
export interface Listener {
  /** Lets nobody in any more and turns those away who have not said hello. Accepted sockets are not touched. */
  close(): Promise<void>;
}

/**
 * Listens on a unix socket in a folder that is ours alone, or on a named pipe. On Windows the pipe's default access
 * list lets everybody read but only the owner write, and a hello has to be written; the token closes the rest.
 */
export async function listenForBridges(ports: ListenerPorts): Promise<Result<Listener>> {
  const { socket: path, socketFolder } = ports.endpoint;
  if (socketFolder !== undefined) {
    const folder = ownFolder(socketFolder, ports.uid);
    if (!folder.ok) return folder;
    const cleared = await clearStaleSocket(path);
    if (!cleared.ok) return cleared;
  }
  const greeting = new Set<Socket>();
  // Half open: a client that has said its last word still hears the answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    greeting.add(socket);
    socket.once('close', () => greeting.delete(socket));
    greet(socket, ports, () => greeting.delete(socket));
  });
  const listening = await listen(server, path);
  if (!listening.ok) return listening;
  if (socketFolder !== undefined) chmodSync(path, 0o600);

  return ok({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of greeting) socket.destroy();
        // Accepted sockets end with their sessions; the door itself is shut at once.
        resolve();
      }),
  });
}

function listen(server: Server, path: string): Promise<Result<null>> {
  return new Promise((resolve) => {
    server.once('error', (error) => {
      const message = `Airlock cannot listen at ${path} (${error.message}). Restart the computer or remove it, then start Airlock again.`;
      resolve(fail('cannot-listen', message));
    });
    server.listen(path, () => {
      server.removeAllListeners('error');
      // What goes wrong with a single arrival (no file handles left) must not end the app.
      server.on('error', () => undefined);
      resolve(ok(null));
    });
  });
}

/** Waits for one good hello line, or turns the socket away. */
function greet(socket: Socket, ports: ListenerPorts, greeted: () => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => {
    refuse(
      problem(
        'hello-slow',
        'The bridge said no hello in time. Restart this server in your client.',
      ),
    );
  }, ports.helloMs ?? 5_000);

  socket.on('data', read);
  socket.on('end', gone);
  socket.on('error', gone);

  function done(): void {
    clearTimeout(timer);
    socket.off('data', read);
    socket.off('end', gone);
    greeted();
  }

  /** Left without a hello, as somebody who only looks whether we are here. */
  function gone(): void {
    done();
    socket.destroy();
  }

  function refuse(refused: { readonly problem: HelloProblem }): void {
    done();
    // Whatever else it says is read and dropped, so that it can read our answer.
    socket.resume();
    socket.end(helloRefused(refused.problem));
    socket.setTimeout(1_000, () => socket.destroy());
    ports.refused(refused.problem);
  }

  function read(chunk: Buffer): void {
    const newline = chunk.indexOf(0x0a);
    const end = newline < 0 ? chunk.length : newline;
    length += end;
    if (length >= helloLimit) {
      refuse(
        problem(
          'hello-too-long',
          'The hello of the bridge is too long. Shorten the env of this entry.',
        ),
      );
      return;
    }
    chunks.push(chunk.subarray(0, end));
    if (newline < 0) return;
    const hello = readHello(Buffer.concat(chunks), ports.token);
    if (!hello.ok) {
      refuse(hello);
      return;
    }
    done();
    socket.off('error', gone);
    // Until its session listens, a broken socket is nobody's crash.
    socket.on('error', () => undefined);
    socket.pause();
    const rest = chunk.subarray(newline + 1);
    if (rest.length > 0) socket.unshift(rest);
    void letIn(hello.value);
  }

  async function letIn(hello: BridgeHello): Promise<void> {
    const { socketFolder } = ports.endpoint;
    const taken =
      hello.hand !== undefined && socketFolder !== undefined
        ? await takePipes(socketFolder, hello.hand, socket)
        : undefined;
    // A bridge whose pipes could not be taken carries the bytes itself.
    socket.write(taken?.ok ? helloTaken : helloAccepted);
    ports.accept(hello, taken?.ok ? taken.value : throughBridge(socket));
  }
}
