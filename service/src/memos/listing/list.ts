/** Answers a list: an array of memos, and a Link to the next page. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { refuse } from '../../http/input/faults.ts';
import { integerParameter, queryOf, readQuery } from '../../http/input/parameters.ts';
import { invalid } from '../../http/errors/problem.ts';
import { sendMemos } from '../../http/reply.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { filterQuery, REPEATED, selectionOf } from './filters.ts';
import { LAST_DELETED_FIRST, NEWEST_FIRST, parseOrder, SORT_FIELDS } from './order.ts';
import type { Position } from './order.ts';
import { openPage } from './pages.ts';
import type { PageSource } from './pages.ts';
import type { Selection } from './selection.ts';

const sortParameter = z
  .string()
  .optional()
  .transform((given, context) => {
    const order = given === undefined ? NEWEST_FIRST : parseOrder(given);
    if (order === undefined) refuse(context, { code: 'sort_unknown' });
    return order ?? NEWEST_FIRST;
  })
  .meta({
    type: 'string',
    default: '-id',
    pattern: `^-?(${SORT_FIELDS.join('|')})(,-?(${SORT_FIELDS.join('|')}))*$`,
    description: `Some of ${SORT_FIELDS.join(', ')}, each once, separated by commas, with \`-\` before one for descending.`,
  });

/** The query of the trash: which part of it. */
export const pageQuery = z.object({
  skip: integerParameter({ fallback: 0, least: 0 }),
  limit: integerParameter({ fallback: 100, least: 0 }),
  cursor: z
    .string()
    .optional()
    .meta({ description: 'From a `Link`; it belongs to the filters and the order that it was given for.' }),
});

/** The query of the list. */
export const listQuery = filterQuery.extend({ sort: sortParameter, ...pageQuery.shape });

export interface ListOptions {
  readonly pages: PageSource;
  /** Milliseconds after which a client that takes nothing is cut off. */
  readonly requestMs: number;
}

type PageParameters = z.output<typeof pageQuery>;

/** `GET /memos`: filtered and sorted as asked, all memos from the newest down by default. */
export async function listMemos(options: ListOptions, request: Request, response: Response): Promise<void> {
  const { cursor, limit, skip, sort: order, ...filters } = readQuery(listQuery, request.url, REPEATED);
  const selection = selectionOf(filters, order);
  await answer(options, selection, JSON.stringify([order, filters]), { cursor, limit, skip }, request, response);
}

/** `GET /memos/trash`: what was deleted last comes first. */
export async function listTrash(options: ListOptions, request: Request, response: Response): Promise<void> {
  const selection: Selection = { table: 'memo_trash', conditions: [], tags: [], order: LAST_DELETED_FIRST };
  await answer(options, selection, 'trash', readQuery(pageQuery, request.url), request, response);
}

/** @param scope what a cursor belongs to */
async function answer(
  { pages, requestMs }: ListOptions,
  selection: Selection,
  scope: string,
  { cursor, limit, skip }: PageParameters,
  request: Request,
  response: Response,
): Promise<void> {
  const after = cursor === undefined ? undefined : decodeCursor(scope, selection.order, cursor);
  if (cursor !== undefined && after === undefined) throw invalid({ loc: ['query', 'cursor'], code: 'cursor_invalid' });
  const { next, portions } = await openPage(pages, selection, { after, skip, limit });
  // A path that is deprecated has a Link to its successor already.
  if (next !== undefined) response.appendHeader('Link', linkTo(scope, next, request, response));
  await sendMemos(response, portions, requestMs);
}

/** The same request from there on (RFC 8288). */
function linkTo(scope: string, next: Position, request: Request, response: Response): string {
  const parameters = new URLSearchParams(queryOf(request.url));
  parameters.delete('skip');
  parameters.set('cursor', encodeCursor(scope, next));
  const { memosPath }: Express.Locals = response.locals;
  const path = `${memosPath}${request.path.slice('/memos'.length)}/`;
  return `<${path}?${parameters.toString()}>; rel="next"`;
}
