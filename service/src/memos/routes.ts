/** The operations on memos, as the contract pins them. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import { bodyLimit, readJson } from '../http/body.ts';
import { memoId, Query } from '../http/parameters.ts';
import { allowOnly } from '../http/methods.ts';
import { Problem } from '../http/problem.ts';
import { sendJson, sendMemos } from '../http/reply.ts';
import type { MemoCache } from './cache-port.ts';
import { entityTag, memoJson } from './memo.ts';
import { byIds, newestFirst } from './pages.ts';
import type { PageSource } from './pages.ts';
import { parseCreate, parseUpdate } from './schemas.ts';
import type { MemoSearch } from './search.ts';
import type { MemoStore, VersionCheck } from './store.ts';

export interface MemoRoutesOptions {
  readonly store: MemoStore;
  readonly search: MemoSearch;
  readonly pages: PageSource;
  readonly cache: MemoCache;
  readonly maxContentBytes: number;
}

/** Largest page of a search; a list has no upper bound. */
const SEARCH_MOST = 500;

export function memoRoutes(options: MemoRoutesOptions): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/memos')
    .get((request, response) => list(options, request, response))
    .post((request, response) => create(options, request, response))
    .all(allowOnly('GET, HEAD, OPTIONS, POST'));
  router
    .route('/memos/search')
    .get((request, response) => search(options, request, response))
    .all(allowOnly('GET, HEAD, OPTIONS'));
  router
    .route('/memos/:id')
    .get((request, response) => read(options, request, response))
    .put((request, response) => update(options, request, response))
    .delete((request, response) => remove(options, request, response))
    .all(allowOnly('DELETE, GET, HEAD, OPTIONS, PUT'));
  return router;
}

async function list({ pages }: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const query = queryOf(request);
  const skip = query.integer('skip', 0, 0);
  const limit = query.integer('limit', 100, 0);
  query.check();
  await sendMemos(response, newestFirst(pages, skip, limit));
}

async function search(options: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const query = queryOf(request);
  const text = query.text('q', 1, 100);
  const skip = query.integer('skip', 0, 0);
  const limit = query.integer('limit', 100, 1, SEARCH_MOST);
  query.check();
  const ids = await options.search.find(text, skip, limit);
  await sendMemos(response, byIds(options.pages, ids));
}

async function create(options: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const { cache, maxContentBytes, store } = options;
  const fields = parseCreate(await readJson(request, bodyLimit(maxContentBytes)), maxContentBytes);
  const memo = await store.create(fields);
  // Somebody may have looked for this id before it was there, and been told so.
  await cache.invalidate(memo.id);
  const { id, version } = memo;
  const location = `${String(response.locals['memosPath'])}/${id}`;
  sendJson(response, 201, Buffer.from(memoJson(memo)), { ETag: entityTag(id, version), Location: location });
}

async function read({ cache, store }: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const id = memoId(request.params['id']);
  const found =
    id === undefined
      ? undefined
      : await cache.read(id, async () => {
          const memo = await store.read(id);
          return memo && { bytes: Buffer.from(memoJson(memo)), version: memo.version };
        });
  if (id === undefined || found === undefined) throw new Problem('memo-not-found');
  const tag = entityTag(id, found.version);
  if (matches(request.headers['if-none-match']?.replaceAll('W/', ''), tag)) {
    response.writeHead(304, { ETag: tag }).end();
    return;
  }
  sendJson(response, 200, found.bytes, { ETag: tag });
}

async function update(options: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const { cache, maxContentBytes, store } = options;
  const id = memoId(request.params['id']);
  const changes = parseUpdate(await readJson(request, bodyLimit(maxContentBytes)), maxContentBytes);
  const memo = id === undefined ? undefined : await store.update(id, changes, preconditionOf(request));
  if (memo === undefined) throw new Problem('memo-not-found');
  await cache.invalidate(memo.id);
  sendJson(response, 200, Buffer.from(memoJson(memo)), { ETag: entityTag(memo.id, memo.version) });
}

async function remove({ cache, store }: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const id = memoId(request.params['id']);
  if (id === undefined || !(await store.remove(id, preconditionOf(request)))) throw new Problem('memo-not-found');
  await cache.invalidate(id);
  response.writeHead(204).end();
}

function queryOf(request: Request): Query {
  const mark = request.url.indexOf('?');
  return new Query(mark < 0 ? '' : request.url.slice(mark + 1));
}

/** `If-Match` (RFC 9110 section 13.1.1): 412 when the memo is another version by now. Comparison is strong: `W/` never matches. */
function preconditionOf(request: Request): VersionCheck {
  const header = request.headers['if-match'];
  return (id, version) => {
    if (header !== undefined && !matches(header, entityTag(id, version))) throw new Problem('version-mismatch');
  };
}

function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((candidate) => candidate.trim() === tag);
}
