/** The memos in MariaDB: each change is one transaction over the memo, its search row and its outbox row. */
import type { Connection, SqlValue } from '../db/connection.ts';
import { DEADLINES } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import type { Memo, MemoChanges, MemoFields } from './memo.ts';
import { eventValue, putEvent } from './outbox.ts';
import type { MemoEventType } from './outbox.ts';
import { MEMO_COLUMNS } from './rows.ts';
import type { MemoRow, RowReader } from './rows.ts';
import { gramWords, searchableText } from './search-text.ts';
import { databaseTime } from './times.ts';

/** Decides on the version that is there whether a change may go on; throws when it may not. */
export type VersionCheck = (id: number, version: number) => void;

export interface MemoStoreOptions {
  readonly database: Database;
  readonly readRow: RowReader;
  readonly now: () => Date;
  /** Called after each commit that put an event into the outbox. */
  readonly onEvent: () => void;
}

const SELECT_ONE = `SELECT ${MEMO_COLUMNS} FROM memos WHERE id = ?`;
const INSERT = `INSERT INTO memos
  (title, content, tags, priority, category, is_archived, is_favorite, author, created_at, updated_at, version, times_in_utc)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1)`;
const UPDATE = `UPDATE memos SET title = ?, content = ?, tags = ?, priority = ?, category = ?, is_archived = ?, is_favorite = ?,
  author = ?, created_at = ?, updated_at = ?, version = ?, times_in_utc = 1 WHERE id = ?`;
const PUT_SEARCH = `INSERT INTO memo_search (memo_id, folded, grams) VALUES (?, ?, ?)
  ON DUPLICATE KEY UPDATE folded = VALUES(folded), grams = VALUES(grams)`;

export class MemoStore {
  readonly #options: MemoStoreOptions;

  constructor(options: MemoStoreOptions) {
    this.#options = options;
  }

  async read(id: number): Promise<Memo | undefined> {
    const { database, readRow } = this.#options;
    const [row] = await database.withConnection(
      (connection) => connection.execute<MemoRow>(SELECT_ONE, [id]),
      DEADLINES.pointRead,
    );
    return row === undefined ? undefined : readRow(row);
  }

  async create(fields: MemoFields): Promise<Memo> {
    const at = this.#options.now();
    const time = at.toISOString();
    const search = searchRow(fields);
    const memo = await this.#options.database.transaction(async (connection) => {
      const { insertId: id } = await connection.change(INSERT, [
        ...columns(fields),
        databaseTime(at),
        databaseTime(at),
      ]);
      await Promise.all([
        connection.change(PUT_SEARCH, [id, ...search]),
        put(connection, 'memo_created', { id, version: 1 }, at, fields),
      ]);
      return { ...fields, id, created_at: time, updated_at: time, version: 1 };
    });
    this.#options.onEvent();
    return memo;
  }

  /** Undefined when there is no such memo. @throws what `check` throws */
  async update(id: number, changes: MemoChanges, check: VersionCheck): Promise<Memo | undefined> {
    const memo = await this.#options.database.transaction(async (connection) => {
      const [row] = await connection.execute<MemoRow>(`${SELECT_ONE} FOR UPDATE`, [id]);
      if (row === undefined) return undefined;
      const before = this.#options.readRow(row);
      check(id, before.version);
      const at = this.#options.now();
      const after: Memo = { ...before, ...changes, updated_at: at.toISOString(), version: before.version + 1 };
      const created = databaseTime(new Date(after.created_at));
      const writes: Promise<unknown>[] = [
        connection.change(UPDATE, [...columns(after), created, databaseTime(at), after.version, id]),
        put(connection, 'memo_updated', after, at, after),
      ];
      if (after.title !== before.title || after.content !== before.content) {
        writes.push(connection.change(PUT_SEARCH, [id, ...searchRow(after)]));
      }
      await Promise.all(writes);
      return after;
    });
    if (memo !== undefined) this.#options.onEvent();
    return memo;
  }

  /** False when there is no such memo. @throws what `check` throws */
  async remove(id: number, check: VersionCheck): Promise<boolean> {
    const removed = await this.#options.database.transaction(async (connection) => {
      const [row] = await connection.execute<{ version: number }>('DELETE FROM memos WHERE id = ? RETURNING version', [
        id,
      ]);
      if (row === undefined) return false;
      check(id, row.version);
      await Promise.all([
        connection.change('DELETE FROM memo_search WHERE memo_id = ?', [id]),
        put(connection, 'memo_deleted', { id, version: row.version + 1 }, this.#options.now()),
      ]);
      return true;
    });
    if (removed) this.#options.onEvent();
    return removed;
  }
}

/** The columns that a client sets, in the order of the statements above. */
function columns(fields: MemoFields): SqlValue[] {
  return [
    fields.title,
    fields.content,
    JSON.stringify(fields.tags),
    fields.priority,
    fields.category,
    fields.is_archived ? 1 : 0,
    fields.is_favorite ? 1 : 0,
    fields.author,
  ];
}

function searchRow({ title, content }: MemoFields): [folded: string, grams: string] {
  const folded = searchableText(title, content);
  return [folded, gramWords(folded)];
}

function put(
  connection: Connection,
  type: MemoEventType,
  memo: { readonly id: number; readonly version: number },
  at: Date,
  fields?: MemoFields,
): Promise<void> {
  const value = eventValue({ type, memoId: memo.id, at }, fields);
  return putEvent(connection, { type, memoId: memo.id, version: memo.version, value, at });
}
