/** Listening and the graceful stop, which fails no request. */
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NativeClasses } from './http/native.ts';
import { answerRejected } from './http/rejected.ts';

/** Longer than any proxy keeps an idle connection, so that none is closed under a request on its way. */
const KEEP_ALIVE_MS = 95_000;
/** Slow clients: time for the headers, and for a whole request: an import. Other bodies have less (`http/body.ts`). */
const HEADERS_MS = 10_000;
const REQUEST_MS = 600_000;
const HEADER_BYTES = 16_384;
const HEADERS_COUNT = 200;
/** Requests that are still running after the delay get so much longer. */
const LAST_REQUESTS_MS = 15_000;

export function apiServer(handle: RequestListener, classes: NativeClasses): Server {
  const server = createServer(
    {
      ...classes,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      // How often the two limits above are looked at; Node's own 30 s would make them 40 s and 60 s.
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: HEADER_BYTES,
      // Node's own refusal has no body; the app refuses what has no Host.
      requireHostHeader: false,
    },
    handle,
  );
  server.maxHeadersCount = HEADERS_COUNT;
  answerRejected(server);
  return server;
}

/** The port can't be had: taken, or not allowed. */
export class CannotListen extends Error {
  constructor(host: string, port: number, variable: string, cause: unknown) {
    const code = codeOf(cause) ?? String(cause);
    super(`cannot listen on port ${port} of ${host} (${code}): free it, or set ${variable} to another`, { cause });
    this.name = 'CannotListen';
  }
}

/**
 * Listens, on `0.0.0.0` where `::` was asked for and there is no IPv6.
 * @param variable what sets the port
 * @returns the port
 * @throws CannotListen
 */
export async function listen(server: Server, host: string, port: number, variable: string): Promise<number> {
  try {
    return await listenOn(server, host, port);
  } catch (error) {
    if (host !== '::' || codeOf(error) !== 'EAFNOSUPPORT') throw new CannotListen(host, port, variable, error);
    return listen(server, '0.0.0.0', port, variable);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

async function listenOn(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return portOf(server.address()) ?? port;
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return typeof address === 'object' ? address?.port : undefined;
}

/** Resolves with the signal that ends the process. Call first of all: to process 1 a signal that nobody awaits does nothing. */
export async function untilStopped(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

/**
 * Serves on while the cluster takes the pod out of its Services, then takes no new connection, ends what would go on for ever,
 * and waits for the connections that still have a request. Meanwhile every reply says `Connection: close`, so that keep-alive
 * connections end in good order.
 */
export async function closeGently(server: Server, shutdownDelayMs: number, endStreams: () => void): Promise<void> {
  await delay(shutdownDelayMs);
  endStreams();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await Promise.race([closed, delay(LAST_REQUESTS_MS, undefined, { ref: false })]);
  server.closeAllConnections();
}
