/**
 * What API pods say of the stores that others run, asked on `/health` of the management port from time to time. Only apps
 * with such a store are asked after, and only an answer that differs from the last one leads to a pass.
 */
import { jitter, type Clock, type Random, type Timer } from '../../runtime/clock.ts';
import type { HealthTargets } from '../../stack/health/parts/external.ts';
import type { NoAnswer, StoreHealth, StoreState } from '../../stack/observed.ts';

/** Milliseconds between two questions; sooner until the first answer is there, or no longer expected. */
const period = 15_000;
const firstPeriod = 1_000;
/** A pod that is being replaced says nothing for a moment: that is no news. */
const silences = 3;
/** Milliseconds for which pods that run may say nothing, before it is no longer a matter of waiting. */
const patience = 120_000;

export interface StoreHealthOptions {
  /** One question to one pod, within a deadline. Throws when it does not answer. */
  readonly ask: (address: string) => Promise<StoreHealth>;
  /** Called with `namespace/name` when the answer has changed. */
  readonly onChange: (key: string) => void;
  readonly clock: Clock;
  readonly random: Random;
}

interface Watched {
  targets: HealthTargets;
  answer: StoreHealth | NoAnswer | undefined;
  failures: number;
  /** When the first question was sent that was not answered, of those since the last answer or since there was nobody to ask. */
  unanswered: number | undefined;
  turn: number;
  /** The pod that said last that it does not reach a store. */
  complaining: string | undefined;
  timer: Timer | undefined;
}

export class StoreHealthWatch {
  readonly #options: StoreHealthOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  /** undefined: nobody was asked yet. */
  answer(key: string): StoreHealth | NoAnswer | undefined {
    return this.#watched.get(key)?.answer;
  }

  /** Asks these pods from now on. An answer about another configuration is forgotten. */
  follow(key: string, targets: HealthTargets | undefined): void {
    const known = this.#watched.get(key);
    if (!targets) {
      this.forget(key);
      return;
    }
    if (known?.targets.config === targets.config) {
      known.targets = targets;
      return;
    }
    this.forget(key);
    const watched = {
      targets,
      answer: undefined,
      failures: 0,
      unanswered: undefined,
      turn: 0,
      complaining: undefined,
      timer: undefined,
    };
    this.#watched.set(key, watched);
    this.#later(key, watched, 0);
  }

  forget(key: string): void {
    this.#watched.get(key)?.timer?.cancel();
    this.#watched.delete(key);
  }

  /** Asks nobody any more. */
  stop(): void {
    for (const key of [...this.#watched.keys()]) this.forget(key);
  }

  #later(key: string, watched: Watched, milliseconds: number): void {
    watched.timer = this.#options.clock.after(milliseconds, () => void this.#ask(key, watched));
  }

  async #ask(key: string, watched: Watched): Promise<void> {
    const { ask, clock, onChange, random } = this.#options;
    const before = watched.answer;
    const asked = clock.now();
    const address = nextAddress(watched);
    try {
      if (address === undefined) throw new Error('there is no pod to ask');
      watched.answer = await ask(address);
      watched.failures = 0;
      watched.unanswered = undefined;
      watched.complaining = complains(watched.answer) ? address : undefined;
    } catch {
      // Whatever the reason, nobody has said anything of the stores.
      watched.failures += 1;
      watched.complaining = undefined;
      watched.unanswered = address === undefined ? undefined : (watched.unanswered ?? asked);
      const waited = watched.unanswered === undefined ? 0 : clock.now() - watched.unanswered;
      if (watched.failures >= silences) watched.answer = waited < patience ? 'awaited' : 'silent';
    }
    // Another configuration, or the end, came while the pod was thinking.
    if (this.#watched.get(key) !== watched) return;
    const expected = watched.answer === undefined || watched.answer === 'awaited';
    this.#later(key, watched, jitter(expected ? firstPeriod : period, 0.2, random));
    if (!isSame(before, watched.answer)) onChange(key);
  }
}

/**
 * One after the other. A pod that does not reach a store is asked until it does, or is gone: where others reach it, the answers of
 * all in turn would go to and fro, and with them the conditions, for as long as that lasts.
 */
function nextAddress(watched: Watched): string | undefined {
  const { complaining, targets, turn } = watched;
  if (complaining !== undefined && targets.addresses.includes(complaining)) return complaining;
  watched.turn += 1;
  return targets.addresses[turn % Math.max(1, targets.addresses.length)];
}

function complains(health: StoreHealth): boolean {
  return Object.values(health).includes('unhealthy');
}

function isSame(a: Watched['answer'], b: Watched['answer']): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.database === b.database && a.redis === b.redis && a.kafka === b.kafka;
}

/** Bytes. A report has some two hundred. */
const longestReport = 16_384;

/** One GET of `/health`. A 503 is an answer too: it says what is down. @throws when there is none in time, or no report */
export async function askHealth(url: string, deadline = 3_000): Promise<StoreHealth> {
  const { body } = await fetch(url, { signal: AbortSignal.timeout(deadline), redirect: 'error' });
  return reportIn(JSON.parse(await textOf(body ?? [])));
}

/** The image of the pod is anybody's choice: what it sends must not fill the memory of an operator that others need too. */
async function textOf(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > longestReport) throw new RangeError('the answer is too long for a health report');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function reportIn(body: unknown): StoreHealth {
  const services = member(body, 'services');
  return {
    database: stateIn(member(services, 'database')),
    redis: stateIn(member(services, 'redis')),
    kafka: stateIn(member(services, 'kafka')),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function stateIn(value: unknown): StoreState {
  if (value === 'healthy' || value === 'unhealthy' || value === 'not_configured') return value;
  throw new TypeError('the answer is no health report');
}
