/** Answers a list: an array of memos, and a Link to the next page. */
import type { Request, Response } from 'express';
import { Query, queryOf } from '../../http/parameters.ts';
import { sendMemos } from '../../http/reply.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { conditionsOf, readFilters } from './filters.ts';
import { LAST_DELETED_FIRST, NEWEST_FIRST, parseOrder } from './order.ts';
import type { Order, Position } from './order.ts';
import { openPage } from './pages.ts';
import type { PageSource } from './pages.ts';
import type { Selection } from './statement.ts';

/** `GET /memos`: filtered and sorted as asked, all memos from the newest down by default. */
export async function listMemos(source: PageSource, request: Request, response: Response): Promise<void> {
  const query = new Query(queryOf(request));
  const filters = readFilters(query);
  const order = readOrder(query);
  const selection: Selection = { table: 'memos', conditions: conditionsOf(filters), order };
  await answer(source, query, selection, JSON.stringify([order, filters]), request, response);
}

/** `GET /memos/trash`: what was deleted last comes first. */
export async function listTrash(source: PageSource, request: Request, response: Response): Promise<void> {
  const selection: Selection = { table: 'memo_trash', conditions: [], order: LAST_DELETED_FIRST };
  await answer(source, new Query(queryOf(request)), selection, 'trash', request, response);
}

function readOrder(query: Query): Order {
  const text = query.all('sort').at(-1);
  const order = text === undefined ? NEWEST_FIRST : parseOrder(text);
  if (order === undefined) query.refuse({ loc: ['query', 'sort'], code: 'sort_unknown' });
  return order ?? NEWEST_FIRST;
}

async function answer(
  source: PageSource,
  query: Query,
  selection: Selection,
  scope: string,
  request: Request,
  response: Response,
): Promise<void> {
  const skip = query.integer('skip', 0, 0);
  const limit = query.integer('limit', 100, 0);
  const cursor = query.all('cursor').at(-1);
  const after = cursor === undefined ? undefined : decodeCursor(scope, selection.order, cursor);
  if (cursor !== undefined && after === undefined) query.refuse({ loc: ['query', 'cursor'], code: 'cursor_invalid' });
  query.check();
  const { next, portions } = await openPage(source, selection, { after, skip, limit });
  await sendMemos(response, portions, next === undefined ? {} : { Link: linkTo(scope, next, request, response) });
}

/** The same request from there on (RFC 8288). */
function linkTo(scope: string, next: Position, request: Request, response: Response): string {
  const parameters = new URLSearchParams(queryOf(request));
  parameters.delete('skip');
  parameters.set('cursor', encodeCursor(scope, next));
  const path = `${String(response.locals['memosPath'])}${request.path.slice('/memos'.length)}/`;
  return `<${path}?${parameters.toString()}>; rel="next"`;
}
