/** Which memos a list or an export holds: the parameters that clients send, and what they mean to the database. */
import type { Query } from '../../http/parameters.ts';
import { databaseTime, parseInstant } from '../times.ts';
import type { Condition } from './order.ts';

/** What was asked for; the same members in the same order always, so that its JSON is the same for the same filters. */
export interface Filters {
  /** The memo has all of them. Each once, in the order of their code units. */
  readonly tags: readonly string[];
  readonly priority?: number;
  readonly category?: string;
  readonly author?: string;
  readonly isArchived?: boolean;
  readonly isFavorite?: boolean;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  readonly updatedAfter?: Date;
  readonly updatedBefore?: Date;
}

/** Reads the filters of a query; faults stay with the query. */
export function readFilters(query: Query): Filters {
  const tags = [...new Set(query.all('tag'))].sort();
  if (tags.some((tag) => tag.includes('\0'))) query.refuse({ loc: ['query', 'tag'], code: 'string_nul' });
  const priority = query.all('priority').length === 0 ? undefined : query.integer('priority', 0, 1, 4);
  const [category, author] = [text(query, 'category'), text(query, 'author')];
  const [isArchived, isFavorite] = [flag(query, 'is_archived'), flag(query, 'is_favorite')];
  const [createdAfter, createdBefore] = [time(query, 'created_after'), time(query, 'created_before')];
  const [updatedAfter, updatedBefore] = [time(query, 'updated_after'), time(query, 'updated_before')];
  return {
    tags,
    ...(priority !== undefined && { priority }),
    ...(category !== undefined && { category }),
    ...(author !== undefined && { author }),
    ...(isArchived !== undefined && { isArchived }),
    ...(isFavorite !== undefined && { isFavorite }),
    ...(createdAfter !== undefined && { createdAfter }),
    ...(createdBefore !== undefined && { createdBefore }),
    ...(updatedAfter !== undefined && { updatedAfter }),
    ...(updatedBefore !== undefined && { updatedBefore }),
  };
}

function text(query: Query, name: string): string | undefined {
  const value = query.all(name).at(-1);
  if (value?.includes('\0') === true) query.refuse({ loc: ['query', name], code: 'string_nul' });
  return value;
}

/** The words that FastAPI takes. */
const TRUTH: Readonly<Record<string, boolean>> = {
  ...{ true: true, '1': true, yes: true, on: true, t: true, y: true },
  ...{ false: false, '0': false, no: false, off: false, f: false, n: false },
};

function flag(query: Query, name: string): boolean | undefined {
  const value = query.all(name).at(-1)?.toLowerCase();
  if (value === undefined) return undefined;
  const known = Object.hasOwn(TRUTH, value) ? TRUTH[value] : undefined;
  if (known === undefined) query.refuse({ loc: ['query', name], code: 'bool_parsing' });
  return known;
}

function time(query: Query, name: string): Date | undefined {
  const value = query.all(name).at(-1);
  if (value === undefined) return undefined;
  // A plus that nobody escaped arrives as a space.
  const instant = parseInstant(value.replace(' ', '+'));
  if (instant === undefined) query.refuse({ loc: ['query', name], code: 'datetime_parsing' });
  return instant;
}

/** The filters as conditions that a memo has to meet, all of them. */
export function conditionsOf(filters: Filters): Condition[] {
  const { category, author, priority, isArchived, isFavorite } = filters;
  return [
    ...(priority === undefined ? [] : [{ sql: 'priority = ?', values: [priority] }]),
    ...(category === undefined ? [] : [exactly('category', category)]),
    ...(author === undefined ? [] : [exactly('author', author)]),
    ...(isArchived === undefined ? [] : [{ sql: 'is_archived = ?', values: [isArchived ? 1 : 0] }]),
    ...(isFavorite === undefined ? [] : [{ sql: 'is_favorite = ?', values: [isFavorite ? 1 : 0] }]),
    ...bound('created_at >', filters.createdAfter),
    ...bound('created_at <', filters.createdBefore),
    ...bound('updated_at >', filters.updatedAfter),
    ...bound('updated_at <', filters.updatedBefore),
    ...filters.tags.map((tag) => ({ sql: 'JSON_CONTAINS(tags, ?)', values: [JSON.stringify(tag)] })),
  ];
}

/** The first comparison is the index's, which takes A for a; the second one is exact, as that of tags is. */
function exactly(column: 'category' | 'author', value: string): Condition {
  return { sql: `${column} = ? AND ${column} COLLATE utf8mb4_nopad_bin = ?`, values: [value, value] };
}

function bound(comparison: string, instant: Date | undefined): Condition[] {
  return instant === undefined ? [] : [{ sql: `${comparison} ?`, values: [databaseTime(instant)] }];
}
