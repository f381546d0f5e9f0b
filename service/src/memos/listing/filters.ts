/** Which memos a list or an export holds: the parameters that clients send, and what they mean to the database. */
import { z } from 'zod';
import { refuse } from '../../http/input/faults.ts';
import { flagParameter, integerParameter, textsParameter } from '../../http/input/parameters.ts';
import { text } from '../../http/input/text.ts';
import { databaseTime, parseInstant } from '../storage/times.ts';
import type { Order } from './order.ts';
import type { Comparison, Selection } from './selection.ts';

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

/** The memos that meet all of the filters. */
export function selectionOf(filters: Filters, order: Order): Selection {
  return { table: 'memos', conditions: comparisonsOf(filters), tags: filters.tag ?? [], order };
}

function comparisonsOf(filters: Filters): Comparison[] {
  const { author, category, is_archived, is_favorite, priority } = filters;
  return [
    ...equal('priority', priority),
    ...exactly('category', category),
    ...exactly('author', author),
    ...equal('is_archived', is_archived),
    ...equal('is_favorite', is_favorite),
    ...bound('created_at', '> ?', filters.created_after),
    ...bound('created_at', '< ?', filters.created_before),
    ...bound('updated_at', '> ?', filters.updated_after),
    ...bound('updated_at', '< ?', filters.updated_before),
  ];
}

/** The first comparison is the index's, which takes A for a; the second one is exact, as that of tags is. */
function exactly(column: 'category' | 'author', value: string | undefined): Comparison[] {
  if (value === undefined) return [];
  return ['= ?', 'COLLATE utf8mb4_nopad_bin = ?'].map((is) => ({ column, is, value }));
}

function equal(column: 'priority' | 'is_archived' | 'is_favorite', value: number | boolean | undefined): Comparison[] {
  return value === undefined ? [] : [{ column, is: '= ?', value: Number(value) }];
}

function bound(column: 'created_at' | 'updated_at', is: '> ?' | '< ?', instant: Date | undefined): Comparison[] {
  return instant === undefined ? [] : [{ column, is, value: databaseTime(instant) }];
}
