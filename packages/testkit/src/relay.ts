import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP relay that counts every byte and can fail like a network: the link between an edge and the cloud. */
export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** Bytes from those who connected to the relay, and bytes to them. */
  readonly up: number;
  readonly down: number;
  /** Resets every connection. */
  cut(): void;
  /** While frozen nothing passes and nobody is told: a cable that was pulled. */
  freeze(frozen: boolean): void;
  close(): Promise<void>;
}

interface State {
  up: number;
  down: number;
  frozen: boolean;
  sockets: Set<Socket>;
}

/** Relays connections on a free loopback port to `targetPort`. */
export async function startRelay(targetPort: number): Promise<Relay> {
  const state: State = { up: 0, down: 0, frozen: false, sockets: new Set() };
  const server = createServer((near) => join(near, connect(targetPort, "127.0.0.1"), state));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => shut(server, state);
  return {
    port: (server.address() as { port: number }).port,
    get up() {
      return state.up;
    },
    get down() {
      return state.down;
    },
    cut: () => state.sockets.forEach((socket) => socket.resetAndDestroy()),
    freeze: (frozen) => freeze(state, frozen),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function join(near: Socket, far: Socket, state: State): void {
  near.on("data", (bytes) => {
    state.up += bytes.length;
    far.write(bytes);
  });
  far.on("data", (bytes) => {
    state.down += bytes.length;
    near.write(bytes);
  });
  for (const socket of [near, far]) {
    state.sockets.add(socket);
    if (state.frozen) socket.pause();
    // A broken half is what this relay is for: the other half learns of it by being closed too.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      state.sockets.delete(socket);
      near.destroy();
      far.destroy();
    });
  }
}

function freeze(state: State, frozen: boolean): void {
  state.frozen = frozen;
  for (const socket of state.sockets) {
    if (frozen) socket.pause();
    else socket.resume();
  }
}

async function shut(server: Server, state: State): Promise<void> {
  state.sockets.forEach((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
