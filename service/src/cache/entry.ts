// How a memo lies in Redis: `memo:{id}` holds the reply body and nothing else, as other readers of that key expect, and
// `memo-state:{id}` beside it says what the body is and of which database. Both are set and dropped together; either alone
// counts as nothing, and so does the memo of another database: an app may be given another one, where the same id is another.
import { createHash } from 'node:crypto';
import type { CachedMemo } from '../memos/cache-port.ts';

/** A short name for the database at that address. */
export function originOf({ host, port, database }: { host: string; port: number; database: string }): string {
  return createHash('sha256').update(`${host}:${port}/${database}`).digest('hex').slice(0, 8);
}

/** The body's key and the state's. */
export function keysOf(id: number): [body: string, state: string] {
  return [`memo:${id}`, `memo-state:${id}`];
}

/** State while a load is under way: only who holds the token may fill. */
export function leaseState(token: string): string {
  return `L${token}`;
}

/** State of a memo that is not there. */
export function absentState(origin: string): string {
  return `N${origin}`;
}

/** State of a filled entry. The length tells a body that something else wrote from ours, without looking into it. */
export function filledState(memo: CachedMemo, origin: string): string {
  return `V${memo.version}:${memo.bytes.length}:${origin}`;
}

/** What the two keys say together; `undefined` is a miss. */
export type Entry = { readonly memo: CachedMemo | undefined } | undefined;

const FILLED = /^V(\d{1,15}):(\d{1,10}):(\w+)$/;

/** Reads an entry of that database, without parsing the body. */
export function entryOf(body: Buffer | null, state: Buffer | null, origin: string): Entry {
  if (state === null) return undefined;
  const text = state.toString('latin1');
  if (text === absentState(origin) && body === null) return { memo: undefined };
  const filled = FILLED.exec(text);
  if (filled?.[3] !== origin || body === null || body.length !== Number(filled[2])) return undefined;
  return { memo: { bytes: body, version: Number(filled[1]) } };
}
