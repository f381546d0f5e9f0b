/** One call: deadline, retries, credentials, counting. */
import type { Clock, Random } from '../clock.ts';
import type { RuntimeMetrics } from '../metrics.ts';
import { connectionError, readAnswer } from './answer.ts';
import type { CallOptions } from './client.ts';
import { defaultDeadline, withDeadline } from './deadline.ts';
import { Discovery } from './discovery.ts';
import { withRetries } from './retry.ts';
import type { Transport, TransportRequest } from './transport.ts';

export interface CallerOptions {
  clock: Clock;
  /** Label of the metrics. */
  host: string;
  random?: Random;
  metrics?: RuntimeMetrics;
  userAgent?: string;
}

export interface Call extends Omit<TransportRequest, 'signal' | 'streaming'> {
  /** For messages. */
  what: string;
  /** Whether sending it twice does no more than sending it once. */
  idempotent: boolean;
  /** Called right before each time it is sent, the repetitions too; what it throws, the call throws. */
  guard?: (() => void) | undefined;
}

/** Tells what a guard threw from what the connection did. */
class Guard {
  readonly #check: (() => void) | undefined;
  #refusal: unknown;

  constructor(check: (() => void) | undefined) {
    this.#check = check;
  }

  ask(): void {
    try {
      this.#check?.();
    } catch (error) {
      this.#refusal = error;
      throw error;
    }
  }

  refused(error: unknown): boolean {
    return this.#refusal !== undefined && error === this.#refusal;
  }
}

/** One attempt of a call that may be repeated: a connection that died unnoticed must not eat the whole deadline. */
const attemptDeadline = 10_000;

/** Sends with deadline, retries and credentials, and counts. */
export class Caller {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly #host: string;
  readonly #random: Random;
  readonly #metrics: RuntimeMetrics | undefined;
  readonly #userAgent: string;

  constructor(transport: Transport, options: CallerOptions) {
    this.transport = transport;
    this.clock = options.clock;
    this.#host = options.host;
    this.#random = options.random ?? Math.random;
    this.#metrics = options.metrics;
    this.#userAgent = options.userAgent ?? 'memo-operator';
    const read = (path: string, call?: CallOptions): Promise<unknown> =>
      this.send({ method: 'GET', path, what: `get ${path}`, idempotent: true }, call);
    this.discovery = new Discovery(read, this.clock);
  }

  async send(call: Call, options: CallOptions = {}): Promise<unknown> {
    const total = options.deadline ?? defaultDeadline;
    const end = this.clock.now() + total;
    return withDeadline(this.clock, total, options.signal, (deadline) => {
      const left = (): number => end - this.clock.now();
      const retry = {
        idempotent: call.idempotent,
        clock: this.clock,
        random: this.#random,
        signal: deadline.signal,
        left,
      };
      return withRetries(retry, () => {
        const guard = new Guard(call.guard);
        guard.ask();
        const attempt = call.idempotent ? Math.min(left(), attemptDeadline) : left();
        return withDeadline(this.clock, attempt, deadline.signal, async (inner) => {
          try {
            const response = await this.authorized({ ...call, signal: inner.signal }, guard);
            return await readAnswer(response, call.what);
          } catch (error) {
            if (guard.refused(error)) throw error;
            throw connectionError(error, call.what, deadline.expired || inner.expired, inner.signal.aborted);
          }
        });
      });
    });
  }

  /** Sends once; a 401 reads the credentials anew and sends once more, whatever the method: it was turned away unread. */
  async authorized(request: TransportRequest, guard?: Guard): Promise<Awaited<ReturnType<Transport['send']>>> {
    const first = await this.#counted(request);
    if (first.statusCode !== 401) return first;
    await first.body.dump();
    this.transport.refresh();
    guard?.ask();
    return this.#counted(request);
  }

  async #counted(request: TransportRequest): Promise<Awaited<ReturnType<Transport['send']>>> {
    let code = 0;
    try {
      const headers = { accept: 'application/json', 'user-agent': this.#userAgent, ...request.headers };
      const response = await this.transport.send({ ...request, headers });
      code = response.statusCode;
      return response;
    } finally {
      this.#metrics?.requested(request.method, code, this.#host);
    }
  }
}
