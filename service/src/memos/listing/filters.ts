/** Which memos a list or an export holds: the parameters that clients send, and what they mean to the database. */
import { z } from 'zod';
import { refuse } from '../../http/faults.ts';
import { flagParameter, integerParameter, textsParameter } from '../../http/parameters.ts';
import { text } from '../../http/text.ts';
import { databaseTime, parseInstant } from '../times.ts';
import type { Condition } from './order.ts';

const timeParameter = z
  .string()
  .optional()
  .transform((given, context) => {
    if (given === undefined) return undefined;
    // A plus that nobody escaped arrives as a space.
    const instant = parseInstant(given.replace(' ', '+'));
    if (instant === undefined) refuse(context, { code: 'datetime_parsing' });
    return instant;
  })
  .meta({ type: 'string', format: 'date-time', pattern: '^[1-9]' });

/** Of any length: what no memo can hold finds none. */
const exactText = text(0).optional();

/** Filters of which every value counts. */
export const REPEATED = ['tag'] as const;

/** The parameters of a query that say which memos are meant. */
export const filterQuery = z.object({
  tag: textsParameter.meta({ description: 'With this tag; given several times, with all of them.' }),
  priority: integerParameter({ fallback: undefined, least: 1, most: 4 }),
  category: exactText,
  author: exactText,
  is_archived: flagParameter,
  is_favorite: flagParameter,
  created_after: timeParameter,
  created_before: timeParameter,
  updated_after: timeParameter,
  updated_before: timeParameter,
});

/** What was asked for; its members are in the order of the schema always, so that its JSON is the same for the same filters. */
export type Filters = Partial<z.output<typeof filterQuery>>;

/** The filters as conditions that a memo has to meet, all of them. */
export function conditionsOf(filters: Filters): Condition[] {
  const { category, author, priority, is_archived, is_favorite, tag: tags = [] } = filters;
  return [
    ...(priority === undefined ? [] : [{ sql: 'priority = ?', values: [priority] }]),
    ...(category === undefined ? [] : [exactly('category', category)]),
    ...(author === undefined ? [] : [exactly('author', author)]),
    ...(is_archived === undefined ? [] : [{ sql: 'is_archived = ?', values: [is_archived ? 1 : 0] }]),
    ...(is_favorite === undefined ? [] : [{ sql: 'is_favorite = ?', values: [is_favorite ? 1 : 0] }]),
    ...bound('created_at >', filters.created_after),
    ...bound('created_at <', filters.created_before),
    ...bound('updated_at >', filters.updated_after),
    ...bound('updated_at <', filters.updated_before),
    ...tags.map((tag) => ({ sql: 'JSON_CONTAINS(tags, ?)', values: [JSON.stringify(tag)] })),
  ];
}

/** The first comparison is the index's, which takes A for a; the second one is exact, as that of tags is. */
function exactly(column: 'category' | 'author', value: string): Condition {
  return { sql: `${column} = ? AND ${column} COLLATE utf8mb4_nopad_bin = ?`, values: [value, value] };
}

function bound(comparison: string, instant: Date | undefined): Condition[] {
  return instant === undefined ? [] : [{ sql: `${comparison} ?`, values: [databaseTime(instant)] }];
}
