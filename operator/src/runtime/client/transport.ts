/** One request, one answer: pooled connections with the credentials of the moment. Knows HTTP, nothing of Kubernetes. */
import { createSecureContext } from 'node:tls';
import limitConcurrency from 'p-limit';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { Credentials, CredentialSource } from './credentials.ts';

export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  /** A watch holds its connection for minutes and gets one of its own. */
  streaming?: boolean;
}

interface Pools {
  fingerprint: string;
  calls: Agent;
  watches: Agent;
}

const refreshEvery = 60_000;
/**
 * Watches that may wait for the head of their answer at once. An operator of many namespaces opens more than a thousand, and
 * the event loop has to come round to its Lease between their handshakes.
 */
const opening = 16;

export class Transport {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  readonly #connections: number;
  #credentials: Promise<Credentials> | undefined;
  #readAt = 0;
  readonly #gate = limitConcurrency(opening);
  #pools: Pools | undefined;

  constructor(source: CredentialSource, clock: Clock, connections: number) {
    this.#source = source;
    this.#clock = clock;
    this.#connections = connections;
  }

  /** Sends; resolves once the head of the answer is there. Rejects with whatever undici rejects with. */
  async send(request: TransportRequest): Promise<Dispatcher.ResponseData> {
    return await (request.streaming ? this.#gate(() => this.#dispatch(request)) : this.#dispatch(request));
  }

  async #dispatch(request: TransportRequest): Promise<Dispatcher.ResponseData> {
    const credentials = await this.#current();
    const pools = this.#poolsFor(credentials);
    const pool = request.streaming ? pools.watches : pools.calls;
    return pool.request({
      origin: credentials.server,
      method: request.method,
      path: request.path,
      headers: { ...credentials.headers, ...request.headers },
      body: request.body ?? null,
      signal: request.signal,
    });
  }

  /** Where requests go, for metrics. */
  async host(): Promise<string> {
    return new URL((await this.#current()).server).host;
  }

  /** Reads the credentials anew for the next request: the API server did not know the present ones. */
  refresh(): void {
    this.#credentials = undefined;
  }

  async close(): Promise<void> {
    const pools = this.#pools;
    if (!pools) return;
    // A watch never ends by itself; by now nobody listens to one.
    await Promise.all([pools.calls.close(), pools.watches.destroy()]);
  }

  #current(): Promise<Credentials> {
    const now = this.#clock.now();
    if (!this.#credentials || now - this.#readAt > refreshEvery) {
      this.#readAt = now;
      const reading = this.#source.read();
      this.#credentials = reading;
      reading.catch(() => {
        // The next request reads again rather than repeat this failure for a minute.
        if (this.#credentials === reading) this.#credentials = undefined;
      });
    }
    return this.#credentials;
  }

  #poolsFor({ tls }: Credentials): Pools {
    const fingerprint = JSON.stringify(tls);
    if (this.#pools?.fingerprint === fingerprint) return this.#pools;
    // The certificate was rotated: calls under way end on the old connections, watches start again on new ones.
    const old = this.#pools;
    // One for all: read anew for each connection, certificates take milliseconds of the event loop and stay in memory.
    const secureContext = createSecureContext(tls);
    const connect = { ...tls, secureContext, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 5_000 };
    // HTTP/1.1: a dropped packet or a large list stalls one call and not all (and undici's h2 costs more per call).
    const common = { connect, allowH2: false, headersTimeout: 35_000 };
    this.#pools = {
      fingerprint,
      // The API server closes connections that were idle for 90 s; we are first.
      calls: new Agent({ ...common, connections: this.#connections, keepAliveTimeout: 60_000, bodyTimeout: 60_000 }),
      // Silence is for the reflector to judge.
      watches: new Agent({ ...common, bodyTimeout: 0 }),
    };
    void old?.calls.close();
    void old?.watches.close();
    return this.#pools;
  }
}
