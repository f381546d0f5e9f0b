/** What a memo may hold, as zod schemas: the one source of types and checks. */
import { z } from 'zod';
import { asBoolean, asInteger } from '../http/lax.ts';
import { codePoints } from '../http/parameters.ts';
import { Problem, invalid } from '../http/problem.ts';
import type { BoundFaultCode, Fault, FaultLocation, PlainFaultCode } from '../http/problem.ts';
import type { MemoChanges, MemoFields } from './memo.ts';

/** Text of so many code points. Kept as sent: no trimming, no normalisation. */
function text(least: number, most: number): z.ZodString {
  return z.string().superRefine((value, context) => {
    const refuse = (code: PlainFaultCode | BoundFaultCode, bound?: number): void =>
      context.addIssue({ code: 'custom', params: { code, bound } });
    // MariaDB would store `?` for a lone surrogate; NUL ends text in too many clients.
    if (!value.isWellFormed()) refuse('string_unicode');
    else if (value.includes('\0')) refuse('string_nul');
    else if (value.length < least) refuse('string_too_short', least);
    else if (value.length > most && codePoints(value) > most) refuse('string_too_long', most);
  });
}

const title = text(1, 100);
const content = text(1, Infinity);
/** The original had no bounds here. These are far beyond what any client sends, and keep a row small enough to be handled. */
const TAGS = { most: 1000, length: 1000 } as const;
const tags = z
  .array(text(0, TAGS.length))
  .max(TAGS.most)
  .nullable()
  .transform((value) => value ?? []);
const priority = z.preprocess(asInteger, z.int().min(1).max(4));
const category = text(0, 50).nullable();
const flag = z.preprocess(asBoolean, z.boolean());
const author = text(0, 100).nullable();

/** The body of a create. Unknown fields are dropped. */
export const memoCreate = z.object({
  title,
  content,
  tags: tags.optional().default([]),
  priority: priority.default(2),
  category: category.default(null),
  is_archived: flag.default(false),
  is_favorite: flag.default(false),
  author: author.default(null),
});

/** The body of an update: what is not sent stays. */
export const memoUpdate = z.object({
  title: title.exactOptional(),
  content: content.exactOptional(),
  tags: tags.exactOptional(),
  priority: priority.exactOptional(),
  category: category.exactOptional(),
  is_archived: flag.exactOptional(),
  is_favorite: flag.exactOptional(),
  author: author.exactOptional(),
});

/** @throws Problem invalid (422), content-too-large (413) */
export function parseCreate(body: unknown, maxContentBytes: number): MemoFields {
  const fields = checked(memoCreate, body);
  checkContent(fields.content, maxContentBytes);
  return fields;
}

/** @throws Problem invalid (422), content-too-large (413), nothing-to-change (400) */
export function parseUpdate(body: unknown, maxContentBytes: number): MemoChanges {
  const changes = checked(memoUpdate, body);
  if (Object.keys(changes).length === 0) throw new Problem('nothing-to-change');
  if (changes.content !== undefined) checkContent(changes.content, maxContentBytes);
  return changes;
}

/** @throws Problem content-too-large (413) */
export function checkContent(value: string, maxBytes: number): void {
  if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) throw new Problem('content-too-large');
}

/** @throws Problem invalid (422) */
export function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid({ loc: ['body'], code: 'model_attributes_type' });
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  // A number beyond every bound breaks zod's own bound of integers first: one fault a place, the last being ours.
  const faults = new Map(result.error.issues.map((issue) => [issue.path.join('/'), faultOf(issue, body)]));
  throw invalid(...faults.values());
}

const TYPE_CODES: Readonly<Record<string, PlainFaultCode>> = {
  string: 'string_type',
  number: 'int_type',
  int: 'int_type',
  boolean: 'bool_type',
  array: 'list_type',
};

/** The issue of zod in the words of FastAPI. */
function faultOf(issue: z.core.$ZodIssue, body: object): Fault {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const loc: FaultLocation = ['body', ...path];
  if (issue.code === 'custom') return customFault(loc, issue.params);
  if (issue.code === 'too_small') return { loc, code: 'greater_than_equal', bound: Number(issue.minimum) };
  if (issue.code === 'too_big' && issue.origin === 'array')
    return { loc, code: 'too_long', bound: Number(issue.maximum) };
  if (issue.code === 'too_big') return { loc, code: 'less_than_equal', bound: Number(issue.maximum) };
  // Only members of the body itself are required.
  if (issue.code === 'invalid_type') {
    if (isAbsent(body, path)) return { loc, code: 'missing' };
    const code = TYPE_CODES[issue.expected] ?? 'string_type';
    return { loc, code: PARSING_CODES[code]?.[typeof valueAt(body, path)] ?? code };
  }
  return { loc, code: 'model_attributes_type' };
}

/** What is wrong with a value of a type that is read, by the type that is expected. */
const PARSING_CODES: Readonly<Partial<Record<PlainFaultCode, Readonly<Record<string, PlainFaultCode>>>>> = {
  int_type: { string: 'int_parsing', number: 'int_from_float' },
  bool_type: { string: 'bool_parsing', number: 'bool_parsing' },
};

function valueAt(body: object, [name]: readonly (string | number)[]): unknown {
  return name === undefined ? undefined : Object.getOwnPropertyDescriptor(body, name)?.value;
}

function isAbsent(body: object, [name, ...deeper]: readonly (string | number)[]): boolean {
  return name !== undefined && deeper.length === 0 && !Object.hasOwn(body, name);
}

/** `params` as {@link text} gave them. */
function customFault(loc: FaultLocation, params: Record<string, unknown> | undefined): Fault {
  const bound = Number(params?.['bound'] ?? 0);
  switch (params?.['code']) {
    case 'string_nul':
    case 'datetime_parsing':
      return { loc, code: params['code'] };
    case 'string_too_short':
      return { loc, code: 'string_too_short', bound };
    case 'string_too_long':
      return { loc, code: 'string_too_long', bound };
    default:
      return { loc, code: 'string_unicode' };
  }
}
