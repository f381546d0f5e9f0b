/** kill -9 and SIGSTOP at moments of chance, of one or two victims at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from './random.ts';
import type { Replica, Stage, Victim } from './stage.ts';

/** What happens to whom; the relay is the replica that publishes the events at that moment. */
type Role = Victim['name'] | 'relay';

export interface FaultCounts {
  readonly kills: Record<Role, number>;
  readonly freezes: Record<Role, number>;
}

/** Each as often as it is here. */
const ROLES: readonly Role[] = [
  ...['replica', 'replica', 'replica', 'relay', 'relay', 'relay'],
  ...['database', 'redis', 'redis', 'kafka'],
] as const;
const KILLED = 0.75;
/** Long enough for the lock of the relay to be lost. */
const LONG = { share: 0.25, from: 11_000, to: 13_000 };
const SHORT = { from: 100, to: 2_500 };
const DOWN_MS = 800;
const PAUSE_MS = { from: 50, to: 600 };
const AT_A_TIME = 2;

export class Faults {
  readonly #stage: Stage;
  readonly #random: SeededRandom;
  readonly #suffering = new Map<Victim, Promise<void>>();
  readonly counts: FaultCounts = { kills: nobody(), freezes: nobody() };
  #redisWellSince = -Infinity;
  #failure: Error | undefined;

  constructor(stage: Stage, random: SeededRandom) {
    this.#stage = stage;
    this.#random = random;
  }

  get kills(): number {
    return Object.values(this.counts.kills).reduce((sum, each) => sum + each, 0);
  }

  /** Since when Redis is untouched and both replicas read from it: nothing excuses an outdated read that began later. */
  get redisWellSince(): number {
    return this.#redisWellSince;
  }

  /**
   * Goes on until so many kills are done, and everybody is well again.
   * @param share how much of the other work is done, up to 1: the kills keep step with it
   * @throws when somebody did not come up again
   */
  async run(kills: number, share: () => number): Promise<void> {
    while (share() < 1 || this.kills < kills) {
      if (this.kills <= share() * kills) await this.#next();
      await delay(this.#random.between(PAUSE_MS.from, PAUSE_MS.to));
      await this.#seeToRedis();
      if (this.#failure !== undefined) throw this.#failure;
    }
    await Promise.all(this.#suffering.values());
  }

  async #next(): Promise<void> {
    if (this.#suffering.size >= AT_A_TIME) await Promise.race(this.#suffering.values());
    const role = this.#random.pick(ROLES);
    const victim = await this.#inRole(role);
    if (this.#suffering.has(victim)) return;
    const suffering = this.#hurt(victim, role).finally(() => this.#suffering.delete(victim));
    suffering.catch((cause: unknown) => {
      this.#failure ??= new Error(`${victim.name} did not come up again`, { cause });
    });
    this.#suffering.set(victim, suffering);
  }

  async #inRole(role: Role): Promise<Victim> {
    const store = this.#stage.stores.find(({ name }) => name === role);
    return store ?? (role === 'relay' ? await this.#relay() : undefined) ?? this.#random.pick(this.#stage.replicas);
  }

  async #relay(): Promise<Replica | undefined> {
    const active = await Promise.all(this.#stage.replicas.map((each) => each.metric('memo_relay_active')));
    return this.#stage.replicas[active.indexOf(1)];
  }

  async #hurt(victim: Victim, role: Role): Promise<void> {
    if (role === 'redis') this.#redisWellSince = Infinity;
    if (this.#random.chance(KILLED)) {
      this.counts.kills[role] += 1;
      const down = this.#random.between(0, DOWN_MS);
      await victim.kill();
      await delay(down);
      await victim.revive();
      return;
    }
    this.counts.freezes[role] += 1;
    const { from, to } = this.#random.chance(LONG.share) ? LONG : SHORT;
    const still = this.#random.between(from, to);
    await victim.freeze();
    await delay(still);
    victim.thaw();
  }

  async #seeToRedis(): Promise<void> {
    const touched = [...this.#suffering.keys()].some(({ name }) => name === 'redis');
    if (this.#redisWellSince < Infinity || touched) return;
    const open = await Promise.all(this.#stage.replicas.map((each) => each.metric('memo_cache_up')));
    if (open.every((each) => each === 1)) this.#redisWellSince = performance.now();
  }
}

function nobody(): Record<Role, number> {
  return { replica: 0, relay: 0, database: 0, redis: 0, kafka: 0 };
}
