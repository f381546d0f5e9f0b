/** Sends memos as NDJSON: one a line as a read would answer it, the oldest first, with flat memory. */
import type { Request, Response } from 'express';
import { readQuery } from '../../http/input/parameters.ts';
import { startStreamed, write } from '../../http/reply.ts';
import { filterQuery, REPEATED, selectionOf } from '../listing/filters.ts';
import type { ListOptions } from '../listing/list.ts';
import { OLDEST_FIRST } from '../listing/order.ts';
import { portions } from '../listing/pages.ts';
import { memoJson } from '../memo.ts';

export const NDJSON = 'application/x-ndjson';

/**
 * Filtered as a list is. The first portion is read before the status is sent, so that a database that is away is a 503; after
 * that the connection is cut, which no client takes for the end.
 */
export async function exportMemos(
  { pages, requestMs }: ListOptions,
  request: Request,
  response: Response,
): Promise<void> {
  const selection = selectionOf(readQuery(filterQuery, request.url, REPEATED), OLDEST_FIRST);
  const all = portions(pages, await pages.tags.ledByTag(selection));
  let next = await all.next();
  startStreamed(response, { 'Content-Type': NDJSON, 'Cache-Control': 'no-store' });
  // Node leaves the body out of the answer to a HEAD, and would have us read all of it.
  for (; next.done !== true && request.method !== 'HEAD'; next = await all.next()) {
    await write(response, next.value.map((memo) => `${memoJson(memo)}\n`).join(''), requestMs);
  }
  response.end();
}
