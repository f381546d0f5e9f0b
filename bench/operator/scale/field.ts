/** Where a contestant is measured: a cluster of its own, the admin of it, and what the API server tells of them both. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { startCluster, type Cluster } from '../../../test/cluster/cluster.ts';
import type { Log } from '../../../test/cluster/host/progress.ts';
import { clientOn } from '../../../test/operator/harness/client.ts';
import { install } from '../../../test/operator/harness/install.ts';
import { kubectlOn } from '../../../test/operator/harness/kubectl.ts';
import type { Contestant, Running, StartOptions } from './contestant.ts';
import { Ledger, writesBy, type Asked } from './ledger.ts';

const MOST_RESTARTS = 3;

/** What all measurements of one contestant share. */
export class Field {
  readonly cluster: Cluster;
  readonly admin: ApiClient;
  readonly contestant: Contestant;
  readonly log: Log;
  /** The process that is measured now. */
  operator: Running;
  /** How often it ended by itself and was started again, as a kubelet does. */
  restarts = 0;
  readonly #ledger: Ledger;
  #asked: Asked[] = [];

  constructor(
    parts: Pick<Field, 'cluster' | 'admin' | 'contestant' | 'log' | 'operator'> & { readonly ledger: Ledger },
  ) {
    this.cluster = parts.cluster;
    this.admin = parts.admin;
    this.contestant = parts.contestant;
    this.log = parts.log;
    this.operator = parts.operator;
    this.#ledger = parts.ledger;
  }

  /** Forgets what was asked so far: what follows is what is measured. */
  begin(): void {
    this.#ledger.read();
    this.#asked = [];
  }

  /** All that was asked since {@link begin}. */
  asked(): readonly Asked[] {
    for (const each of this.#ledger.read()) this.#asked.push(each);
    return this.#asked;
  }

  /** The contestant's writes since {@link begin}. */
  writes(): Asked[] {
    return writesBy(this.contestant.user, this.asked());
  }

  /** How many the contestant has begun since {@link begin}. */
  watches(): number {
    return this.asked().filter(({ user, verb }) => user === this.contestant.user && verb === 'watch').length;
  }

  /** Waits until what was asked satisfies `enough`. @throws when it takes longer than `seconds` */
  async until(what: string, seconds: number, enough: () => boolean | Promise<boolean>): Promise<void> {
    const started = performance.now();
    let told = started;
    while (!(await enough())) {
      await this.#keepRunning();
      const now = performance.now();
      if (now - started > seconds * 1000) throw new Error(`${this.contestant.name}: ${what}: not within ${seconds} s`);
      if (now - told > 15_000) {
        told = now;
        this.log(`${what}: ${((now - started) / 1000).toFixed(0)} s so far, ${this.writes().length} writes`);
      }
      await pause(50);
    }
  }

  async #keepRunning(): Promise<void> {
    if (!this.operator.ended) return;
    this.restarts += 1;
    if (this.restarts > MOST_RESTARTS) throw new Error(`the operator ends again and again:\n${this.operator.output}`);
    this.log(
      `it has ended by itself, and is started again: ${this.operator.output.trimEnd().split('\n').at(-1) ?? ''}`,
    );
    this.operator = await this.contestant.start(this.cluster);
  }

  /** Seconds of processor time so far, of the contestant and of the API server. */
  async processorTimes(): Promise<{ readonly operator: number; readonly server: number }> {
    const { stdout } = await (await kubectlOn(this.cluster))(['get', '--raw', '/metrics']);
    const server = Number(/^process_cpu_seconds_total (\S+)$/m.exec(stdout)?.[1] ?? 'NaN');
    return { operator: this.operator.processorTime(), server };
  }

  /** Waits until the contestant has written nothing for `seconds`. */
  async quiet(seconds: number): Promise<void> {
    let count = -1;
    let since = 0;
    await this.until('quiet', 600, () => {
      const now = performance.now();
      const { length } = this.writes();
      if (length !== count) [count, since] = [length, now];
      return now - since > seconds * 1000;
    });
  }
}

/** Starts a contestant on a cluster of its own, works with it there, and takes both away. */
export async function onField<T>(
  contestant: Contestant,
  log: Log,
  work: (field: Field) => Promise<T>,
  options?: StartOptions,
): Promise<T> {
  const say = (line: string): void => log(`${contestant.name}: ${line}`);
  const cluster = await startCluster({ name: 'bench-scale', rung: 1, log: say });
  try {
    await install(await kubectlOn(cluster));
    const admin = await clientOn(cluster, { userAgent: 'bench', connections: 64 });
    const ledger = new Ledger(cluster.auditLog);
    const operator = await contestant.start(cluster, options);
    const field = new Field({ cluster, admin, ledger, contestant, log: say, operator });
    try {
      return await work(field);
    } finally {
      await field.operator.stop('SIGKILL');
      await admin.close();
    }
  } finally {
    await cluster.stop();
  }
}

/** Runs `work` on every item, `width` at a time. */
export async function sideBySide<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  width = 16,
): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
