/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a create that is sent again makes no second memo. The key's
 * row is written in the memo's own transaction, so that both are there or neither, whoever dies; its lock tells replicas that
 * the first request is still running. The reply is not kept: what was sent, the id and the time make the same one again.
 */
import { createHash } from 'node:crypto';
import type { Queryable } from '../../db/connection.ts';
import { isLockTimeout } from '../../db/errors.ts';
import { Problem, invalid } from '../../http/errors/problem.ts';
import type { MemoFields } from '../memo.ts';
import { timeFromUtc } from './times.ts';

/** A key with what was sent under it. */
export interface KeyedRequest {
  readonly keyHash: Buffer;
  readonly bodyHash: Buffer;
}

/** A key that was taken. */
export interface ClaimedKey {
  /** When it was taken first: RFC 3339 in UTC with milliseconds, by the database's clock. */
  readonly at: string;
  /** The memo of a create that came first; undefined: this is the first. */
  readonly memoId: number | undefined;
}

/** Printable ASCII; quoted as a structured field or not, the text counts. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/**
 * @param fields what is made of the body
 * @param subject who sends it, where that is known: a key is its sender's own
 * @throws Problem idempotency-key-malformed (400)
 */
export function keyedRequest(
  header: string | string[] | undefined,
  body: unknown,
  fields: MemoFields,
  subject?: string,
): KeyedRequest | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !IDEMPOTENCY_KEY.test(header)) throw new Problem('idempotency-key-malformed');
  return { keyHash: digest(JSON.stringify([subject ?? null, header])), bodyHash: digest(jsonOf(body, fields)) };
}

/** The same from each release: a create may be sent again to the one after that which made the memo. */
function jsonOf(body: unknown, fields: MemoFields): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    // Some field that is ignored is nested too deeply to be written, though it could be read: then it is ignored here too.
    if (error instanceof RangeError) return JSON.stringify(fields);
    throw error;
  }
}

/**
 * Takes the key for the memo that this transaction is about to make, unless a create that came first was committed.
 * @throws Problem idempotency-in-progress (409), invalid (422) when something else was sent under the key
 */
export async function claimKey(connection: Queryable, { keyHash, bodyHash }: KeyedRequest): Promise<ClaimedKey> {
  const takenAt = await insert(connection, keyHash, bodyHash);
  if (takenAt !== undefined) return { at: timeFromUtc(takenAt), memoId: undefined };
  const [row] = await connection.query<{ same: number; memo_id: number; created_at: string }>(
    'SELECT body_hash = ? AS same, memo_id, created_at FROM idempotency_keys WHERE key_hash = ?',
    [bodyHash, keyHash],
  );
  // Purged between the two statements.
  if (row === undefined) throw new Problem('idempotency-in-progress', { headers: { 'Retry-After': '1' } });
  if (row.same !== 1) throw invalid({ loc: ['body'], code: 'idempotency_key_reused' });
  return { at: timeFromUtc(row.created_at), memoId: row.memo_id };
}

/** Notes which memo was made under the key; in the transaction of {@link claimKey}. */
export async function settleKey(connection: Queryable, { keyHash }: KeyedRequest, memoId: number): Promise<void> {
  await connection.change('UPDATE idempotency_keys SET memo_id = ? WHERE key_hash = ?', [memoId, keyHash]);
}

/** Deletes keys that are a day old, by the clock that they were taken by. */
export const KEYS_PURGE = { table: 'idempotency_keys', atOnce: 1000, portion: purgePortion } as const;

async function purgePortion(connection: Queryable, atOnce: number): Promise<boolean> {
  // Led by the index, which a plain DELETE cannot be told to use: it looks at all keys once a share of them is old.
  const sql = `DELETE idempotency_keys FROM (
      SELECT key_hash FROM idempotency_keys FORCE INDEX (ix_idempotency_keys_created_at)
      WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT ?
    ) AS old STRAIGHT_JOIN idempotency_keys ON idempotency_keys.key_hash = old.key_hash`;
  const { affectedRows } = await connection.change(sql, [atOnce]);
  return affectedRows < atOnce;
}

/** @returns when; undefined: the key is taken @throws Problem when who takes it has not committed yet */
async function insert(connection: Queryable, keyHash: Buffer, bodyHash: Buffer): Promise<string | undefined> {
  try {
    const [row] = await connection.query<{ created_at: string }>(
      `SET STATEMENT innodb_lock_wait_timeout = 0 FOR
       INSERT IGNORE INTO idempotency_keys (key_hash, body_hash, created_at) VALUES (?, ?, UTC_TIMESTAMP(3))
       RETURNING created_at`,
      [keyHash, bodyHash],
    );
    return row?.created_at;
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new Problem('idempotency-in-progress', { headers: { 'Retry-After': '1' } });
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
