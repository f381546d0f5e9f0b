/** Reads path and query parameters as FastAPI does: the last of several counts, integers and booleans are read laxly. */
import { z } from 'zod';
import { checked, refuse } from './faults.ts';
import { booleanIn, integerIn } from './lax.ts';
import { invalid } from '../errors/problem.ts';
import { WITHOUT_NUL } from './text.ts';

/** An integer within bounds; beyond what a number holds exactly it is taken as the largest one that does. */
export function integerParameter<Fallback extends number | undefined>(bounds: {
  readonly fallback: Fallback;
  readonly least: number;
  readonly most?: number;
}): z.ZodType<number | Fallback> {
  const { fallback, least, most = Infinity } = bounds;
  return z
    .string()
    .optional()
    .transform((given, context) => {
      if (given === undefined) return fallback;
      const value = Math.min(integerIn(given) ?? Number.NaN, Number.MAX_SAFE_INTEGER);
      if (Number.isNaN(value)) refuse(context, { code: 'int_parsing' });
      else if (value < least) refuse(context, { code: 'greater_than_equal', bound: least });
      else if (value > most) refuse(context, { code: 'less_than_equal', bound: most });
      return value;
    })
    .meta({
      type: 'integer',
      ...(fallback !== undefined && { default: fallback }),
      minimum: least,
      ...(most < Infinity && { maximum: most }),
    });
}

/** True or false, if anything. */
export const flagParameter = z
  .string()
  .optional()
  .transform((given, context) => {
    const value = given === undefined ? undefined : booleanIn(given);
    if (given !== undefined && value === undefined) refuse(context, { code: 'bool_parsing' });
    return value;
  })
  .meta({ type: 'boolean' });

/** A set of texts, each sent under the same name: {@link readQuery} has to be told. */
export const textsParameter = z
  .array(z.string().meta({ pattern: WITHOUT_NUL }))
  .optional()
  .transform((values = [], context) => {
    if (values.some((value) => value.includes('\0'))) refuse(context, { code: 'string_nul' });
    return [...new Set(values)].sort();
  });

/** The query of a request target, without its question mark. */
export function queryOf(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? '' : target.slice(mark + 1);
}

/**
 * The query of a request target, as the schema takes it.
 * @param repeated parameters of which every value counts
 * @throws Problem invalid (422) with the faults of all parameters
 */
export function readQuery<T>(schema: z.ZodType<T>, target: string, repeated: readonly string[] = []): T {
  const query = new URLSearchParams(queryOf(target));
  const values = new Map<string, string | string[]>(query);
  for (const name of repeated) values.set(name, query.getAll(name));
  return checked(schema, Object.fromEntries(values), 'query');
}

/** As the document of the API shows it; read by {@link memoId}, for the cached read is too hot for a schema. */
export const memoIdParameter = z.int().min(1).meta({ description: 'The id of a memo.' });

/**
 * The id in a path. Undefined: an integer that no memo can have.
 * @throws Problem invalid (422) when it is no integer
 */
export function memoId(text: string): number | undefined {
  const id = integerIn(text);
  if (id === undefined) throw invalid({ loc: ['path', 'memo_id'], code: 'int_parsing' });
  return id >= 1 && id <= Number.MAX_SAFE_INTEGER ? id : undefined;
}
