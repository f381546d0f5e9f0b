// How a memo lies in Redis: `memo:{id}` holds the reply body and nothing else, as other readers of that key expect, and
// `memo-state:{id}` beside it says what the body is. Both are set and dropped together; either alone counts as nothing.
import type { CachedMemo } from '../memos/cache-port.ts';

/** The body's key and the state's. */
export function keysOf(id: number): [body: string, state: string] {
  return [`memo:${id}`, `memo-state:${id}`];
}

/** State while a load is under way: only who holds the token may fill. */
export function leaseState(token: string): string {
  return `L${token}`;
}

/** State of a memo that is not there. */
export const ABSENT = 'N';

/** State of a filled entry. The length tells a body that something else wrote from ours, without looking into it. */
export function filledState(memo: CachedMemo): string {
  return `V${memo.version}:${memo.bytes.length}`;
}

/** What the two keys say together; `undefined` is a miss. */
export type Entry = { readonly memo: CachedMemo | undefined } | undefined;

const FILLED = /^V(\d{1,15}):(\d{1,10})$/;

/** Reads an entry without parsing the body. */
export function entryOf(body: Buffer | null, state: Buffer | null): Entry {
  if (state === null) return undefined;
  const text = state.toString('latin1');
  if (text === ABSENT && body === null) return { memo: undefined };
  const filled = FILLED.exec(text);
  if (filled === null || body === null || body.length !== Number(filled[2])) return undefined;
  return { memo: { bytes: body, version: Number(filled[1]) } };
}
