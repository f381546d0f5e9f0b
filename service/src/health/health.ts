/** What `/health` answers: the state of each store, true within a second and cheap under load. */

import { z } from 'zod';

const storeState = z.enum(['healthy', 'unhealthy', 'not_configured']);
export type StoreState = z.output<typeof storeState>;

export const healthReport = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    timestamp: z.iso.datetime({ precision: 3 }),
    services: z.object({ database: storeState, redis: storeState, kafka: storeState }),
  })
  .meta({ id: 'Health' });
export type HealthReport = Readonly<z.output<typeof healthReport>>;

export interface HealthReply {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const UNKEPT = { 'Cache-Control': 'no-store' };
/** Seconds: what is said is true within one. */
const RETRY_AFTER = '1';

/** Each resolves within half a second, whatever its store does. */
export interface Probes {
  readonly database: () => Promise<boolean>;
  readonly redis?: () => Promise<boolean>;
  readonly kafka?: () => Promise<boolean>;
}

/** A reply that carries the report: degraded is served, unhealthy is not, as any request is not then. */
export function healthReply(report: HealthReport): HealthReply {
  const body = Buffer.from(JSON.stringify(report));
  if (report.status !== 'unhealthy') return { status: 200, body, headers: UNKEPT };
  return { status: 503, body, headers: { ...UNKEPT, 'Retry-After': RETRY_AFTER } };
}

/** An answer this old is given again: a thousand askers cost the stores four probes a second. */
const MAX_AGE_MS = 250;

/** Asks the stores when somebody asks, and not more often than four times a second. */
export class Health {
  readonly #probes: Probes;
  readonly #now: () => Date;
  #asked: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;

  constructor(probes: Probes, now: () => Date) {
    this.#probes = probes;
    this.#now = now;
  }

  report(): Promise<HealthReport> {
    const at = performance.now();
    if (this.#asked === undefined || at - this.#asked.at > MAX_AGE_MS) this.#asked = { at, report: this.#ask() };
    return this.#asked.report;
  }

  async #ask(): Promise<HealthReport> {
    const { database: db, redis: cache, kafka: broker } = this.#probes;
    const [database, redis, kafka] = await Promise.all([stateOf(db), stateOf(cache), stateOf(broker)]);
    const degraded = redis === 'unhealthy' || kafka === 'unhealthy';
    const status = database === 'healthy' ? (degraded ? 'degraded' : 'healthy') : 'unhealthy';
    return { status, timestamp: this.#now().toISOString(), services: { database, redis, kafka } };
  }
}

async function stateOf(probe: (() => Promise<boolean>) | undefined): Promise<StoreState> {
  if (probe === undefined) return 'not_configured';
  return (await probe()) ? 'healthy' : 'unhealthy';
}
