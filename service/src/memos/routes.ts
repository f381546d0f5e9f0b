/** The operations on memos, as the contract pins them. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import { streamChanges } from '../changes/server-sent-events.ts';
import type { StreamOptions } from '../changes/server-sent-events.ts';
import { bodyLimit, JSON_TYPES, MERGE_PATCH_TYPES, readJson } from '../http/body.ts';
import { memoId, readQuery } from '../http/parameters.ts';
import { allowOnly } from '../http/methods.ts';
import { Problem } from '../http/problem.ts';
import { subjectOf } from '../http/guard.ts';
import { sendJson, sendMemos } from '../http/reply.ts';
import type { MemoCache } from './cache-port.ts';
import { keyedRequest } from './idempotency.ts';
import { listMemos, listTrash } from './listing/list.ts';
import { byIds } from './listing/pages.ts';
import type { PageSource } from './listing/pages.ts';
import { entityTag, memoJson } from './memo.ts';
import type { Memo } from './memo.ts';
import { parseCreate, parseUpdate, searchQuery } from './schemas.ts';
import type { MemoSearch } from './search.ts';
import type { MemoStore, VersionCheck } from './store.ts';
import { exportMemos } from './transfer/export.ts';
import { importMemos } from './transfer/import.ts';
import type { ImportOptions } from './transfer/import.ts';

export interface MemoRoutesOptions {
  readonly store: MemoStore;
  readonly search: MemoSearch;
  readonly pages: PageSource;
  readonly cache: MemoCache;
  readonly imports: Pick<ImportOptions, 'database' | 'now' | 'onEvent' | 'stop'>;
  readonly changes: StreamOptions;
  readonly maxContentBytes: number;
  /** Milliseconds for a client to send a body, or some of an import. */
  readonly requestMs: number;
}

/** RFC 5789 section 3.1. */
const ACCEPT_PATCH = { 'Accept-Patch': 'application/merge-patch+json, application/json' } as const;

export function memoRoutes(options: MemoRoutesOptions): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/memos')
    .get((request, response) => listMemos(options.pages, request, response))
    .post((request, response) => create(options, request, response))
    .all(allowOnly('GET, HEAD, OPTIONS, POST'));
  router
    .route('/memos/search')
    .get((request, response) => search(options, request, response))
    .all(allowOnly('GET, HEAD, OPTIONS'));
  router
    .route('/memos/trash')
    .get((request, response) => listTrash(options.pages, request, response))
    .all(allowOnly('GET, HEAD, OPTIONS'));
  router
    .route('/memos/export')
    .get((request, response) => exportMemos(options.pages, request, response))
    .all(allowOnly('GET, HEAD, OPTIONS'));
  router
    .route('/memos/import')
    .post((request, response) => importMemos({ ...options, ...options.imports }, request, response))
    .all(allowOnly('OPTIONS, POST'));
  router
    .route('/memos/changes')
    .get((request, response) => streamChanges(options.changes, request, response))
    .all(allowOnly('GET, HEAD, OPTIONS'));
  router
    .route('/memos/:id')
    .get((request, response) => read(options, request, response))
    .put((request, response) => update(options, request, response))
    .patch((request, response) => patch(options, request, response))
    .delete((request, response) => remove(options, request, response))
    .all(allowOnly('DELETE, GET, HEAD, OPTIONS, PATCH, PUT', ACCEPT_PATCH));
  router
    .route('/memos/:id/restore')
    .post((request, response) => restore(options, request, response))
    .all(allowOnly('OPTIONS, POST'));
  return router;
}

async function search(options: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const { limit, q, skip } = readQuery(searchQuery, request.url);
  const ids = await options.search.find(q, skip, limit);
  await sendMemos(response, byIds(options.pages, ids));
}

async function create(options: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const { cache, maxContentBytes, store } = options;
  const body = await bodyOf(options, request);
  const fields = parseCreate(body, maxContentBytes);
  const memo = await store.create(fields, keyedRequest(request.headers['idempotency-key'], body, subjectOf(response)));
  // Somebody may have looked for this id before it was there, and been told so.
  await cache.invalidate(memo.id);
  sendMemo(response, 201, memo, { Location: `${String(response.locals['memosPath'])}/${memo.id}` });
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
  await change(options, request, response, await bodyOf(options, request));
}

/**
 * A merge patch (RFC 7396). A memo has no objects inside, so that merging is setting the members that were sent; and its
 * members do not go away, so that `null` is taken where a memo may hold it and refused elsewhere. All of it as in a PUT.
 */
async function patch(options: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  response.setHeader('Accept-Patch', ACCEPT_PATCH['Accept-Patch']);
  await change(options, request, response, await bodyOf(options, request, MERGE_PATCH_TYPES));
}

function bodyOf(
  { maxContentBytes, requestMs }: MemoRoutesOptions,
  request: Request,
  types = JSON_TYPES,
): Promise<unknown> {
  return readJson(request, { types, bytes: bodyLimit(maxContentBytes), ms: requestMs });
}

async function change(
  { cache, maxContentBytes, store }: MemoRoutesOptions,
  request: Request,
  response: Response,
  body: unknown,
): Promise<void> {
  const id = memoId(request.params['id']);
  const changes = parseUpdate(body, maxContentBytes);
  const memo = id === undefined ? undefined : await store.update(id, changes, preconditionOf(request));
  if (memo === undefined) throw new Problem('memo-not-found');
  await cache.invalidate(memo.id);
  sendMemo(response, 200, memo);
}

async function remove({ cache, store }: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const id = memoId(request.params['id']);
  if (id === undefined || !(await store.remove(id, preconditionOf(request)))) throw new Problem('memo-not-found');
  await cache.invalidate(id);
  response.writeHead(204).end();
}

async function restore({ cache, store }: MemoRoutesOptions, request: Request, response: Response): Promise<void> {
  const id = memoId(request.params['id']);
  const memo = id === undefined ? undefined : await store.restore(id);
  if (memo === undefined) throw new Problem('not-in-trash');
  await cache.invalidate(memo.id);
  sendMemo(response, 200, memo);
}

function sendMemo(response: Response, status: number, memo: Memo, headers: Record<string, string> = {}): void {
  sendJson(response, status, Buffer.from(memoJson(memo)), { ETag: entityTag(memo.id, memo.version), ...headers });
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
