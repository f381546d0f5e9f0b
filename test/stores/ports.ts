import { createServer } from 'node:net';

/** Below the kernel's ephemeral ports (`ip_local_port_range`): any connection of anybody may take one of those at any moment. */
const lowest = 20_000;
const highest = 32_767;

/**
 * A loopback port nobody listens on and that no other process of ours is given while this one lives. The claim is an abstract
 * socket of that name: the kernel drops it with the process, however that ends.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (!(await listens(`\0memoapp-port-${port}`, 'for life'))) continue;
    if (await listens({ host: '127.0.0.1', port }, 'as a trial')) return port;
  }
}

/** Whether it could be bound. */
function listens(where: string | { host: string; port: number }, how: 'for life' | 'as a trial'): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
  );
  server.listen(typeof where === 'string' ? { path: where } : where, () => {
    if (how === 'for life') resolve(true);
    else server.close(() => resolve(true));
  });
  server.unref();
  return promise;
}
