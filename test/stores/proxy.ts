// A TCP proxy in front of a store, to take the network away without touching the store.
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** How a cut network behaves: `reset` answers at once (port closed, connections reset), `silent` swallows everything. */
export type Cut = 'reset' | 'silent';

/** A proxy on a loopback port of its own. */
export interface Proxy {
  readonly port: number;
  cut(how: Cut): void;
  uncut(): void;
  close(): Promise<void>;
}

/** Listens on `port` and forwards to `target` on loopback. */
export async function startProxy(port: number, target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
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
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });

  await listen(server, port);
  return {
    port,
    cut: (how) => {
      state = how;
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
