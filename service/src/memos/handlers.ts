/** The operations on memos, as the contract pins them. */
import type { Request, Response } from 'express';
import { streamChanges } from '../changes/server-sent-events.ts';
import type { StreamOptions } from '../changes/server-sent-events.ts';
import { bodyLimit, JSON_TYPES, MERGE_PATCH_ACCEPTED, MERGE_PATCH_TYPES, readJson } from '../http/input/body.ts';
import type { OperationHandler } from '../http/dispatch.ts';
import type { OperationName } from '../http/operations.ts';
import { memoId, readQuery } from '../http/input/parameters.ts';
import { Problem } from '../http/errors/problem.ts';
import { sendJson, sendMemos, startReply } from '../http/reply.ts';
import type { MemoCache } from './cache-port.ts';
import { keyedRequest } from './storage/idempotency.ts';
import { listMemos, listTrash } from './listing/list.ts';
import { byIds } from './listing/pages.ts';
import type { PageSource } from './listing/pages.ts';
import { entityTag, memoJson } from './memo.ts';
import type { Memo } from './memo.ts';
import { parseCreate, parseUpdate, searchQuery } from './schemas.ts';
import type { MemoSearch } from './search/search.ts';
import type { MemoStore, VersionCheck } from './storage/store.ts';
import { exportMemos } from './transfer/export.ts';
import { importMemos } from './transfer/import.ts';
import type { ImportOptions } from './transfer/import.ts';

export interface MemoHandlersOptions {
  readonly store: MemoStore;
  readonly search: MemoSearch;
  readonly pages: PageSource;
  readonly cache: MemoCache;
  readonly imports: Pick<ImportOptions, 'database' | 'onEvent' | 'stop'>;
  readonly changes: Omit<StreamOptions, 'stalledMs'>;
  readonly maxContentBytes: number;
  /** Milliseconds for a client to send a body, or some of an import, and to take some of a reply. */
  readonly requestMs: number;
}

/** What does each operation. */
export function memoHandlers(options: MemoHandlersOptions): Record<OperationName, OperationHandler> {
  return {
    listMemos: (request, response) => listMemos(options, request, response),
    searchMemos: (request, response) => search(options, request, response),
    listTrash: (request, response) => listTrash(options, request, response),
    exportMemos: (request, response) => exportMemos(options, request, response),
    importMemos: (request, response) => importMemos({ ...options, ...options.imports }, request, response),
    streamChanges: (request, response) =>
      streamChanges({ ...options.changes, stalledMs: options.requestMs }, request, response),
    createMemo: (request, response) => create(options, request, response),
    readMemo: (request, response, id) => read(options, request, response, id),
    updateMemo: (request, response, id) => update(options, request, response, id),
    patchMemo: (request, response, id) => patch(options, request, response, id),
    deleteMemo: (request, response, id) => remove(options, request, response, id),
    restoreMemo: (_request, response, id) => restore(options, response, id),
  };
}

async function search(options: MemoHandlersOptions, request: Request, response: Response): Promise<void> {
  const { limit, q, skip } = readQuery(searchQuery, request.url);
  const ids = await options.search.find(q, skip, limit);
  await sendMemos(response, byIds(options.pages, ids), options.requestMs);
}

async function create(options: MemoHandlersOptions, request: Request, response: Response): Promise<void> {
  const { cache, maxContentBytes, store } = options;
  const body = await bodyOf(options, request);
  const fields = parseCreate(body, maxContentBytes);
  const { memosPath, subject }: Express.Locals = response.locals;
  const key = keyedRequest(request.headers['idempotency-key'], body, fields, subject);
  const memo = await store.create(fields, key);
  // Somebody may have looked for this id before it was there, and been told so.
  await cache.invalidate(memo.id);
  sendMemo(response, 201, memo, { Location: `${memosPath}/${memo.id}` });
}

async function read(
  { cache, store }: MemoHandlersOptions,
  request: Request,
  response: Response,
  given: string,
): Promise<void> {
  const id = memoId(given);
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
    startReply(response, 304, { ETag: tag }).end();
    return;
  }
  sendJson(response, 200, found.bytes, { ETag: tag });
}

async function update(options: MemoHandlersOptions, request: Request, response: Response, id: string): Promise<void> {
  await change(options, request, response, id, await bodyOf(options, request));
}

/**
 * A merge patch (RFC 7396). A memo has no objects inside, so that merging is setting the members that were sent; and its
 * members do not go away, so that `null` is taken where a memo may hold it and refused elsewhere. All of it as in a PUT.
 */
async function patch(options: MemoHandlersOptions, request: Request, response: Response, id: string): Promise<void> {
  response.set(MERGE_PATCH_ACCEPTED);
  await change(options, request, response, id, await bodyOf(options, request, MERGE_PATCH_TYPES));
}

function bodyOf(
  { maxContentBytes, requestMs }: MemoHandlersOptions,
  request: Request,
  types = JSON_TYPES,
): Promise<unknown> {
  return readJson(request, { types, bytes: bodyLimit(maxContentBytes), ms: requestMs });
}

async function change(
  { cache, maxContentBytes, store }: MemoHandlersOptions,
  request: Request,
  response: Response,
  given: string,
  body: unknown,
): Promise<void> {
  const id = memoId(given);
  const changes = parseUpdate(body, maxContentBytes);
  const memo = id === undefined ? undefined : await store.update(id, changes, preconditionOf(request));
  if (memo === undefined) throw new Problem('memo-not-found');
  await cache.invalidate(memo.id);
  sendMemo(response, 200, memo);
}

async function remove(
  { cache, store }: MemoHandlersOptions,
  request: Request,
  response: Response,
  given: string,
): Promise<void> {
  const id = memoId(given);
  if (id === undefined || !(await store.remove(id, preconditionOf(request)))) throw new Problem('memo-not-found');
  await cache.invalidate(id);
  startReply(response, 204).end();
}

async function restore({ cache, store }: MemoHandlersOptions, response: Response, given: string): Promise<void> {
  const id = memoId(given);
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
