/** The memos in MariaDB: each change is one transaction over the memo, its search row, the rows of its tags and its outbox row. */
import type { Queryable } from '../../db/connection.ts';
import { DEADLINES } from '../../db/database.ts';
import type { Database } from '../../db/database.ts';
import { folded, foldedIfShort, isSameText } from '../search/folded.ts';
import type { Folded, Text } from '../search/folded.ts';
import { claimKey, settleKey } from './idempotency.ts';
import type { KeyedRequest } from './idempotency.ts';
import type { Memo, MemoChanges, MemoFields } from '../memo.ts';
import { MEMO_COLUMNS, NOW } from './rows.ts';
import type { MemoRow, RowReader, Timed } from './rows.ts';
import type { SearchRow } from '../search/search-text.ts';
import { changeTags, dropTags, replaceTags, taggedMemo } from '../tags/tag-rows.ts';
import { moveToTrash, takeFromTrash } from './trash.ts';
import { CreateGroups } from './create-groups.ts';
import { changeTime, timeFromUtc } from './times.ts';
import { creation, FIRST_VERSION, insertMemos, putMemoEvent, putSearch, updateMemo, writeNew } from './writes.ts';
import type { Creation } from './writes.ts';

/** Decides on the version that is there whether a change may go on; throws when it may not. */
export type VersionCheck = (id: number, version: number) => void;

export interface MemoStoreOptions {
  readonly database: Database;
  readonly readRow: RowReader;
  /** Called after each commit that put an event into the outbox. */
  readonly onEvent: () => void;
}

const SELECT_ONE = `SELECT ${MEMO_COLUMNS} FROM memos WHERE id = ?`;
const SELECT_TO_CHANGE = `SELECT ${MEMO_COLUMNS}, stale_since, ${NOW} FROM memos WHERE id = ? FOR UPDATE`;

/** A row with the time since which its rows of tags may be those of other tags; null: they are right. */
interface RowToChange extends MemoRow, Timed {
  readonly stale_since: string | null;
}

export class MemoStore {
  readonly #options: MemoStoreOptions;
  readonly #groups: CreateGroups;

  constructor(options: MemoStoreOptions) {
    this.#options = options;
    this.#groups = new CreateGroups(options.database);
  }

  async read(id: number): Promise<Memo | undefined> {
    const { database, readRow } = this.#options;
    const [row] = await database.withConnection(
      (connection) => connection.execute<MemoRow>(SELECT_ONE, [id]),
      DEADLINES.pointRead,
    );
    return row === undefined ? undefined : readRow(row);
  }

  /**
   * Under a key that was used for the same before, nothing is made and the memo is given back as it was then.
   * @throws Problem what {@link claimKey} throws
   */
  async create(fields: MemoFields, key?: KeyedRequest): Promise<Memo> {
    const wanted = creation(fields, (await folded(fields)).search);
    if (key !== undefined) return await this.#createUnder(key, wanted);
    const memo = await this.#groups.add(wanted);
    this.#options.onEvent();
    return memo;
  }

  async #createUnder(key: KeyedRequest, wanted: Creation): Promise<Memo> {
    const { memo, made } = await this.#options.database.transaction(async (connection) => {
      const { at, memoId } = await claimKey(connection, key);
      const first = { ...wanted.memo, created_at: at, updated_at: at, version: FIRST_VERSION };
      if (memoId !== undefined) return { memo: { ...first, id: memoId }, made: false };
      const [memo] = (await writeNew(connection, [{ ...wanted, memo: first }])) as [Memo];
      await settleKey(connection, key, memo.id);
      return { memo, made: true };
    });
    if (made) this.#options.onEvent();
    return memo;
  }

  /** Undefined when there is no such memo. @throws what `check` throws */
  async update(id: number, changes: MemoChanges, check: VersionCheck): Promise<Memo | undefined> {
    const { title, content } = changes;
    const known = title === undefined || content === undefined ? undefined : await folded({ title, content });
    return await this.#written(known, (connection, ready) => this.#change(connection, id, changes, check, ready));
  }

  /** Moves a memo into the trash. False when there is no such memo. @throws what `check` throws */
  async remove(id: number, check: VersionCheck): Promise<boolean> {
    const removed = await this.#options.database.transaction(async (connection) => {
      const sql = `SELECT version, ${NOW} FROM memos WHERE id = ? FOR UPDATE`;
      const [row] = await connection.execute<Timed & { version: number }>(sql, [id]);
      if (row === undefined) return false;
      check(id, row.version);
      const at = timeFromUtc(row.now);
      const version = row.version + 1;
      await Promise.all([
        moveToTrash(connection, id, version, at),
        connection.change('DELETE FROM memo_search WHERE memo_id = ?', [id]),
        dropTags(connection, id),
        putMemoEvent(connection, 'memo_deleted', { id, version }, at),
      ]);
      return true;
    });
    if (removed) this.#options.onEvent();
    return removed;
  }

  /**
   * Takes a memo out of the trash: the same id, a new version. Its event is `memo_created`, since every consumer has been told
   * that it was deleted, and those of the original know no other way for a memo to be there.
   * @returns undefined when it is not in the trash
   */
  async restore(id: number): Promise<Memo | undefined> {
    return await this.#written(undefined, async (connection, ready) => {
      const row = await takeFromTrash(connection, id);
      if (row === undefined) return undefined;
      const before = this.#options.readRow(row);
      const search = searchOf(before, ready);
      if (search === undefined) return new LongText(before);
      // Who follows `updated_after` has to see it come back.
      const at = changeTime(timeFromUtc(row.now), before.updated_at);
      const after: Memo = { ...before, updated_at: at, version: before.version + 1 };
      await Promise.all([
        insertMemos(connection, [after]),
        putSearch(connection, [{ id, ...search }]),
        replaceTags(connection, [taggedMemo(after)]),
        putMemoEvent(connection, 'memo_created', after, at, after),
      ]);
      return after;
    });
  }

  /** Runs the transaction; one that meets a long text is undone, and run again when that text is folded. */
  async #written(
    known: Folded | undefined,
    work: (connection: Queryable, ready: Folded | undefined) => Promise<Memo | LongText | undefined>,
  ): Promise<Memo | undefined> {
    for (let ready = known; ;) {
      try {
        const memo = await this.#options.database.transaction(async (connection) => {
          const outcome = await work(connection, ready);
          if (outcome instanceof LongText) throw outcome;
          return outcome;
        });
        if (memo !== undefined) this.#options.onEvent();
        return memo;
      } catch (error) {
        if (!(error instanceof LongText)) throw error;
        ready = await folded(error.text);
      }
    }
  }

  async #change(
    connection: Queryable,
    id: number,
    changes: MemoChanges,
    check: VersionCheck,
    ready: Folded | undefined,
  ): Promise<Memo | LongText | undefined> {
    const [row] = await connection.execute<RowToChange>(SELECT_TO_CHANGE, [id]);
    if (row === undefined) return undefined;
    const before = this.#options.readRow(row);
    check(id, before.version);
    const at = changeTime(timeFromUtc(row.now), before.updated_at);
    const after: Memo = { ...before, ...changes, updated_at: at, version: before.version + 1 };
    const search = isSameText(after, before) ? 'unchanged' : searchOf(after, ready);
    if (search === undefined) return new LongText(after);
    await Promise.all([
      updateMemo(connection, row, after, changes),
      row.stale_since === null
        ? changeTags(connection, before.tags, taggedMemo(after))
        : replaceTags(connection, [taggedMemo(after)]),
      putMemoEvent(connection, 'memo_updated', after, at, after),
      search === 'unchanged' ? undefined : putSearch(connection, [{ id, ...search }]),
    ]);
    return after;
  }
}

/** A text that is too long to be folded while others wait for its row. */
class LongText extends Error {
  readonly text: Text;

  constructor({ title, content }: Text) {
    super('the text has to be folded first');
    this.text = { title, content };
  }
}

/** Undefined: it has to be folded before. */
function searchOf(text: Text, ready: Folded | undefined): SearchRow | undefined {
  return ready !== undefined && isSameText(text, ready) ? ready.search : foldedIfShort(text);
}
