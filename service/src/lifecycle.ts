/** Listening and the graceful stop, which fails no request. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Longer than any proxy keeps an idle connection, so that none is closed under a request on its way. */
const KEEP_ALIVE_MS = 95_000;

export function apiServer(handle: RequestListener): Server {
  return createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Slow clients: ten seconds for the headers, thirty for a whole request.
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      maxHeaderSize: 16_384,
    },
    handle,
  );
}

/** Rejects when the address cannot be had. */
export async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

/** Resolves with the signal that ends the process. */
export async function untilStopped(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

/**
 * Serves on while the cluster takes the pod out of its Services, then takes no new connection and waits for those that
 * still have a request.
 */
export async function closeGently(server: Server, shutdownDelayMs: number): Promise<void> {
  await delay(shutdownDelayMs);
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await Promise.race([closed, delay(15_000, undefined, { ref: false })]);
  server.closeAllConnections();
}
