/** Listening and the graceful stop, which fails no request. */
import { Server } from 'node:http';
import type { IncomingMessage, RequestListener, ServerOptions, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NativeClasses } from './http/native.ts';
import { answerRejected } from './http/errors/rejected.ts';
import { reset } from './http/reply.ts';

/** Longer than any proxy keeps an idle connection, so that none is closed under a request on its way. */
const KEEP_ALIVE_MS = 95_000;
/** For a client to send its headers, or its first byte. */
const HEADERS_MS = 10_000;
/** For a whole request: an import. Other bodies have less (`http/input/body.ts`). */
const REQUEST_MS = 600_000;
const HEADER_BYTES = 16_384;
/** Longer than any request keeps us busy without a byte to or from its client, and than a stream is silent. */
const WORK_MS = 30_000;
/** Requests that are still running after the delay get so much longer. */
const LAST_REQUESTS_MS = 15_000;
/** How often it is looked for connections that have become idle. */
const IDLE_MS = 20;

/** Deadlines for slow clients, in milliseconds. */
export interface ClientDeadlines {
  /** For a client to send its headers, at most, and to take some of a reply. */
  readonly requestMs: number;
  /** What we may take ourselves in between. */
  readonly workMs?: number;
}

/** What is known of a connection. */
interface Connection {
  /** The reply to the last request. */
  last?: ServerResponse;
  /** What had come of the client when the last reply was done; undefined: there is none, or it is under way. */
  readBytes?: number | undefined;
}

/** A server that knows which of its connections are idle. */
class ApiServer extends Server<typeof IncomingMessage, NativeClasses['ServerResponse']> {
  readonly #open = new Map<Socket, Connection>();

  constructor(
    options: ServerOptions<typeof IncomingMessage, NativeClasses['ServerResponse']>,
    handle: RequestListener,
  ) {
    super(options, handle);
    this.on('connection', (socket: Socket) => {
      const connection: Connection = {};
      this.#open.set(socket, connection);
      socket.once('close', () => this.#open.delete(socket));
    });
    this.on('request', (request, response) => {
      const { socket } = request;
      const connection = this.#open.get(socket);
      if (connection === undefined) return;
      connection.last = response;
      connection.readBytes = undefined;
      response.once('close', () => {
        if (connection.last === response && request.complete) connection.readBytes = socket.bytesRead;
      });
    });
  }

  /**
   * Closes the connections on which nothing is under way. Node's own counts those as idle whose last reply is written, though
   * bytes of it may wait for the client.
   */
  closeIdle(): void {
    for (const [socket, { readBytes }] of this.#open) {
      // More has come: a part of another request.
      if (readBytes === socket.bytesRead && socket.writableLength === 0) socket.destroy();
    }
  }

  /** Resets the connections, so that no client takes what it has of a reply for all. */
  resetAll(): void {
    for (const socket of this.#open.keys()) reset(socket);
  }
}

export function apiServer(
  handle: RequestListener,
  classes: NativeClasses,
  { requestMs, workMs = WORK_MS }: ClientDeadlines,
): ApiServer {
  const server = new ApiServer(
    {
      ...classes,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: Math.min(HEADERS_MS, requestMs),
      requestTimeout: REQUEST_MS,
      // How often the two limits above are looked at; Node's own 30 s would make them 40 s and 60 s.
      connectionsCheckingInterval: Math.min(2_000, requestMs),
      maxHeaderSize: HEADER_BYTES,
      // Node's own refusal has no body; the app refuses what has no Host.
      requireHostHeader: false,
    },
    handle,
  );
  // None of Node's own, which drops those beyond it or refuses in words of its own: their size bounds them, and the app refuses.
  server.maxHeadersCount = 0;
  // A connection on which nothing moves is destroyed: its client takes nothing of its reply. A request that stops half-way has
  // got its 408 by then.
  server.setTimeout(requestMs + workMs);
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
 * and closes each connection once it has neither a request nor a reply. Meanwhile every reply says `Connection: close`, so that
 * keep-alive connections end in good order. A reply that takes longer is cut, as a client can tell.
 */
export async function closeGently(
  server: ApiServer,
  shutdownDelayMs: number,
  endStreams: () => void,
  lastRequestsMs = LAST_REQUESTS_MS,
): Promise<void> {
  await delay(shutdownDelayMs);
  endStreams();
  // Not by the HTTP server's own close, which begins with the connections that it takes for idle.
  const closed = new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
  server.closeIdle();
  const looks = setInterval(() => server.closeIdle(), IDLE_MS);
  await Promise.race([closed, delay(lastRequestsMs, undefined, { ref: false })]);
  clearInterval(looks);
  server.closeIdle();
  server.resetAll();
}
