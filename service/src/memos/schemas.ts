/** What a memo may hold and what its operations take, as zod schemas: the one source of types, checks and documentation. */
import { z } from 'zod';
import { checked } from '../http/input/faults.ts';
import { asBoolean, asInteger } from '../http/input/lax.ts';
import { integerParameter } from '../http/input/parameters.ts';
import { Problem, invalid } from '../http/errors/problem.ts';
import { text } from '../http/input/text.ts';

const title = text(1, 100);
const content = text(1);
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
const time = z.iso.datetime({ precision: 3 }).meta({ description: 'RFC 3339, UTC, milliseconds.' });

/** The body of a create. Unknown fields are dropped. */
export const memoCreate = z
  .object({
    title,
    content,
    tags: tags.optional().default([]),
    priority: priority.default(2),
    category: category.default(null),
    is_archived: flag.default(false),
    is_favorite: flag.default(false),
    author: author.default(null),
  })
  .meta({ id: 'MemoCreate' });

/** The body of an update: what is not sent stays. */
export const memoUpdate = z
  .object({
    title: title.exactOptional(),
    content: content.exactOptional(),
    tags: tags.exactOptional(),
    priority: priority.exactOptional(),
    category: category.exactOptional(),
    is_archived: flag.exactOptional(),
    is_favorite: flag.exactOptional(),
    author: author.exactOptional(),
  })
  .meta({ id: 'MemoUpdate', required: [], minProperties: 1 });

/** What a client sends; `null` tags have become none. */
export type MemoFields = Readonly<z.output<typeof memoCreate>>;
/** Any subset of the fields, at least one. */
export type MemoChanges = Readonly<z.output<typeof memoUpdate>>;

/** A memo as it goes over the wire. Adopted rows of the original keep what they hold, whatever the bounds of today. */
export const memoReply = z
  .object({
    id: z.int().min(1),
    title: z.string(),
    content: z.string(),
    tags: z.array(z.string()),
    priority: z.int(),
    category: z.string().nullable(),
    is_archived: z.boolean(),
    is_favorite: z.boolean(),
    author: z.string().nullable(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Memo' });

/** A memo in the trash. */
export const trashedReply = memoReply.extend({ deleted_at: time }).meta({ id: 'TrashedMemo' });

/** The query of the search. */
export const searchQuery = z.object({
  q: text(1, 100).meta({ description: 'Stands in the title or the content; `%`, `_` and `\\` are literal.' }),
  skip: integerParameter({ fallback: 0, least: 0 }),
  limit: integerParameter({ fallback: 100, least: 1, most: 500 }),
});

/** @throws Problem invalid (422), content-too-large (413) */
export function parseCreate(body: unknown, maxContentBytes: number): MemoFields {
  const fields = checkedBody(memoCreate, body);
  checkContent(fields.content, maxContentBytes);
  return fields;
}

/** @throws Problem invalid (422), content-too-large (413), nothing-to-change (400) */
export function parseUpdate(body: unknown, maxContentBytes: number): MemoChanges {
  const changes = checkedBody(memoUpdate, body);
  if (Object.keys(changes).length === 0) throw new Problem('nothing-to-change');
  if (changes.content !== undefined) checkContent(changes.content, maxContentBytes);
  return changes;
}

/** @throws Problem content-too-large (413) */
export function checkContent(value: string, maxBytes: number): void {
  if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) throw new Problem('content-too-large');
}

/** @throws Problem invalid (422) */
export function checkedBody<T>(schema: z.ZodType<T>, body: unknown): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid({ loc: ['body'], code: 'model_attributes_type' });
  }
  return checked(schema, body, 'body');
}
