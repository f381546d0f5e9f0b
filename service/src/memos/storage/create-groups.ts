/**
 * Creates that wait at the same time share a transaction: its statements, its commit and its write to the disk are what most
 * of a create costs. Who comes alone waits for nobody (docs/adr/0019-creates-together.md).
 */
import { transactionEnd } from '../../db/database.ts';
import type { Database } from '../../db/database.ts';
import { mayBeOneRow } from '../../db/errors.ts';
import { fitting } from '../../fitting.ts';
import type { Memo } from '../memo.ts';
import { weightOf, writeNew } from './writes.ts';
import type { Creation } from './writes.ts';

/** Milliseconds that a create waits for those before it: what holds them up for longer is not to hold up this one too. */
const PATIENCE_MS = 20;
/** Of one transaction. A memo that weighs more has one of its own. */
const MOST = { count: 64, weight: 65_536 } as const;

interface Waiting {
  readonly creation: Creation;
  readonly since: number;
  readonly resolve: (memo: Memo) => void;
  readonly reject: (error: unknown) => void;
}

export class CreateGroups {
  readonly #database: Database;
  #waiting: Waiting[] = [];
  #running = 0;
  #impatient: NodeJS.Timeout | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns the memo, once it is committed @throws what {@link Database.transaction} throws */
  add(creation: Creation): Promise<Memo> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ creation, since: performance.now(), resolve, reject });
      if (this.#running === 0) void this.#run();
      else if (this.#waiting.length === 1) this.#hurry();
    });
  }

  /** Sees to it that another transaction begins when the first of those who wait has waited for long. */
  #hurry(): void {
    clearTimeout(this.#impatient);
    const [first] = this.#waiting;
    if (first === undefined) return;
    const left = PATIENCE_MS - (performance.now() - first.since);
    this.#impatient = setTimeout(() => void this.#run(), left);
  }

  /** One group after the other, until nobody waits. */
  async #run(): Promise<void> {
    this.#running += 1;
    for (let group = this.#next(); group.length > 0; group = this.#next()) await this.#write(group);
    this.#running -= 1;
  }

  #next(): Waiting[] {
    const group = this.#waiting.splice(
      0,
      fitting(this.#waiting, MOST, ({ creation }) => weightOf(creation.memo)),
    );
    this.#hurry();
    return group;
  }

  async #write(group: readonly Waiting[], end = transactionEnd()): Promise<void> {
    try {
      const creations = group.map(({ creation }) => creation);
      const memos = await this.#database.transaction((connection) => writeNew(connection, creations), end);
      for (const [index, memo] of memos.entries()) group[index]?.resolve(memo);
    } catch (error) {
      if (group.length > 1 && mayBeOneRow(error)) {
        await Promise.all(group.map((one) => this.#write([one], end)));
      } else {
        for (const { reject } of group) reject(error);
      }
    }
  }
}
