/** A naive list: what a filter and an order mean, without a database. */
import fc from 'fast-check';
import type { MemoReply } from '../harness/paging.ts';

const FIELDS = ['id', 'created_at', 'updated_at', 'priority', 'title'] as const;

/** What a client asks for, as the model and as the query understand it. */
export interface Asked {
  readonly tag?: string[];
  readonly priority?: number;
  readonly category?: string;
  readonly author?: string;
  readonly is_archived?: boolean;
  readonly is_favorite?: boolean;
  readonly created_after?: string;
  readonly created_before?: string;
  readonly updated_after?: string;
  readonly updated_before?: string;
}

/** Up to three fields, each in either direction. */
export const sorting = fc
  .shuffledSubarray([...FIELDS], { minLength: 0, maxLength: 3 })
  .chain((fields) => fc.tuple(...fields.map((field) => fc.constantFrom(field, `-${field}`))));

export function queryOf(filters: Asked, sort: readonly string[]): URLSearchParams {
  const pairs = Object.entries(filters).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? value : [value]).map((each) => [name, String(each)]),
  );
  return new URLSearchParams([...pairs, ...(sort.length === 0 ? [] : [['sort', sort.join(',')]])]);
}

export function matches(memo: MemoReply, filters: Asked): boolean {
  const { tag = [], created_after, created_before, updated_after, updated_before, ...equal } = filters;
  return (
    tag.every((each) => memo.tags.includes(each)) &&
    Object.entries(equal).every(([name, value]) => memo[name as keyof MemoReply] === value) &&
    (created_after === undefined || memo.created_at > created_after) &&
    (created_before === undefined || memo.created_at < created_before) &&
    (updated_after === undefined || memo.updated_at > updated_after) &&
    (updated_before === undefined || memo.updated_at < updated_before)
  );
}

export function sorted(memos: readonly MemoReply[], sort: readonly string[]): MemoReply[] {
  const keys = sort.length === 0 ? ['-id'] : [...sort, sort.at(-1)?.startsWith('-') === true ? '-id' : 'id'];
  return memos.toSorted((a, b) => {
    for (const key of keys) {
      const field = key.replace('-', '') as (typeof FIELDS)[number];
      // The collation takes A for a.
      const [left, right] = [a[field], b[field]].map((value) =>
        typeof value === 'string' ? value.toLowerCase() : value,
      );
      if (left !== right) return ((left ?? 0) < (right ?? 0) ? -1 : 1) * (key.startsWith('-') ? -1 : 1);
    }
    return 0;
  });
}
