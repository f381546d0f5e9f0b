// A TCP proxy in front of a store, to take the network away without touching the store.
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { PassThrough } from 'node:stream';

/** How a cut network behaves: `reset` answers at once (port closed, connections reset), `silent` swallows everything. */
export type Cut = 'reset' | 'silent';

/** A proxy on a loopback port of its own. */
export interface Proxy {
  readonly port: number;
  cut(how: Cut): void;
  uncut(): void;
  /** Holds back what the connections of this moment send; others come through. */
  stall(): void;
  /** Bytes that are held back. */
  readonly heldBack: number;
  /** Lets them through, also those of clients that are gone. */
  release(): void;
  close(): Promise<void>;
}

/** Listens on `port` and forwards to `target` on loopback. */
export async function startProxy(port: number, target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const requests = new Map<PassThrough, Socket>();
  const stalled = new Map<PassThrough, Socket>();
  let state: Cut | 'open' = 'open';

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  }

  const server = createServer((client) => {
    track(client);
    if (state !== 'open') {
      if (state === 'reset') client.resetAndDestroy();
      else client.pause();
      return;
    }
    const upstream = connect({ host: '127.0.0.1', port: target });
    track(upstream);
    const sent = new PassThrough();
    requests.set(sent, upstream);
    client.on('close', () => {
      // What is held back on its way arrives, whoever has gone.
      if (stalled.has(sent)) sent.end();
      else upstream.destroy();
    });
    upstream.on('close', () => {
      requests.delete(sent);
      client.destroy();
    });
    client.pipe(sent).pipe(upstream).pipe(client);
  });

  await listen(server, port);
  return {
    port,
    cut: (how) => {
      state = how;
      for (const sent of requests.keys()) sent.unpipe();
      for (const socket of sockets) {
        if (how === 'reset') socket.resetAndDestroy();
        else socket.unpipe().pause();
      }
    },
    uncut: () => {
      // What was swallowed stays lost, as on a network that dropped its packets for long: those connections are dead.
      if (state === 'silent') for (const socket of sockets) socket.resetAndDestroy();
      state = 'open';
    },
    stall: () => {
      for (const [sent, upstream] of requests) {
        sent.unpipe();
        stalled.set(sent, upstream);
      }
    },
    get heldBack() {
      return [...stalled.keys()].reduce((bytes, sent) => bytes + sent.readableLength, 0);
    },
    release: () => {
      for (const [sent, upstream] of stalled) sent.pipe(upstream);
      stalled.clear();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
