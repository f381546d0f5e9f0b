/**
 * Creates that wait at the same time share a transaction: its statements, its commit and its write to the disk are what most
 * of a create costs. Who comes alone waits for nobody.
 */
import type { Database } from '../../db/database.ts';
import { DatabaseUnavailable, isContention } from '../../db/errors.ts';
import { writeNew } from './writes.ts';
import type { Creation } from './writes.ts';

/** Milliseconds that a create waits for those before it: what holds them up for longer is not to hold up this one too. */
const PATIENCE_MS = 20;
/** Of one transaction. A memo that is longer has one of its own. */
const MOST = { memos: 64, characters: 65_536 } as const;

interface Waiting {
  readonly creation: Creation;
  readonly resolve: (id: number) => void;
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

  /** @returns the memo's id, once it is committed @throws what {@link Database.transaction} throws */
  add(creation: Creation): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ creation, resolve, reject });
      if (this.#running === 0) void this.#run();
      else this.#hurry();
    });
  }

  #hurry(): void {
    if (this.#waiting.length > 0) this.#impatient ??= setTimeout(() => void this.#run(), PATIENCE_MS);
  }

  async #run(): Promise<void> {
    clearTimeout(this.#impatient);
    this.#impatient = undefined;
    this.#running += 1;
    try {
      for (let group = this.#next(); group.length > 0; group = this.#next()) await this.#write(group);
    } finally {
      this.#running -= 1;
    }
  }

  #next(): Waiting[] {
    let characters = 0;
    const end = this.#waiting.findIndex(({ creation }, index) => {
      characters += creation.memo.content.length;
      return index > 0 && (index === MOST.memos || characters > MOST.characters);
    });
    const group = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
    this.#hurry();
    return group;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const creations = group.map(({ creation }) => creation);
      const ids = await this.#database.transaction((connection) => writeNew(connection, creations));
      group.forEach(({ resolve }, index) => resolve(ids[index] ?? 0));
    } catch (error) {
      if (group.length === 1 || error instanceof DatabaseUnavailable || isContention(error)) {
        for (const { reject } of group) reject(error);
        return;
      }
      // One of them is not taken: that is nobody else's fault.
      for (const one of group) await this.#write([one]);
    }
  }
}
