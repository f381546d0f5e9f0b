/** The operations on memos, in words and schemas, for the document of the API. */
import { z } from 'zod';
import { EVENT_STREAM } from '../changes/server-sent-events.ts';
import type { OperationName } from '../http/operations.ts';
import type { HeaderName } from '../http/openapi/headers.ts';
import { memoIdParameter } from '../http/input/parameters.ts';
import type { ProblemCode } from '../http/errors/problem.ts';
import { IDEMPOTENCY_KEY } from './storage/idempotency.ts';
import { filterQuery } from './listing/filters.ts';
import { listQuery, pageQuery } from './listing/list.ts';
import { memoCreate, memoReply, memoUpdate, searchQuery, trashedReply } from './schemas.ts';
import { NDJSON } from './transfer/export.ts';
import { importReport } from './transfer/import-report.ts';

/** One reply that is no error. Without a schema it has no body. */
interface Success {
  readonly status: 200 | 201 | 204 | 207 | 304;
  readonly description: string;
  readonly schema?: z.ZodType;
  /** JSON where it is absent. */
  readonly type?: string;
  readonly headers?: readonly HeaderName[];
}

export interface OperationDescription {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: { readonly path?: z.ZodObject; readonly query?: z.ZodObject; readonly header?: z.ZodObject };
  readonly body?: z.ZodType;
  /** True: nothing at all may be sent, too. */
  readonly bodyOptional?: boolean;
  /** JSON where they are absent. */
  readonly bodyTypes?: readonly string[];
  readonly successes: readonly Success[];
  /** What any of its replies may have, errors too. */
  readonly headers?: readonly HeaderName[];
  /** What it may refuse, beside what any operation may. */
  readonly problems: readonly ProblemCode[];
}

const path = z.object({ memo_id: memoIdParameter });
const memos = z.array(memoReply);
const ifMatch = z.object({
  'If-Match': z
    .string()
    .optional()
    .meta({ description: 'ETags: the memo is changed only while it is one of these versions.' }),
});
const ifNoneMatch = z.object({
  'If-None-Match': z
    .string()
    .optional()
    .meta({ description: 'ETags: 304 without a body while the memo is one of these versions.' }),
});
const idempotencyKey = z.object({
  'Idempotency-Key': z.string().min(1).max(255).optional().meta({
    pattern: IDEMPOTENCY_KEY.source,
    description:
      'A new UUID for each memo: the create may be sent again under it for at least a day and makes one memo.',
  }),
});
const lastEventId = z.object({
  'Last-Event-ID': z.string().optional().meta({ description: 'The `id` of the last event seen: goes on after it.' }),
});
const bodyProblems = ['not-utf8', 'body-too-large', 'content-too-large', 'not-json', 'invalid'] as const;
const anyVersion: readonly HeaderName[] = ['ETag'];

export const DESCRIPTIONS: Readonly<Record<OperationName, OperationDescription>> = {
  listMemos: {
    summary: 'List memos, newest first',
    description: 'Any `limit` is taken; a long list is streamed. Follow `Link` for the next page.',
    parameters: { query: listQuery },
    successes: [{ status: 200, description: 'The memos.', schema: memos, headers: ['Link'] }],
    problems: ['invalid'],
  },
  searchMemos: {
    summary: 'Find memos by a part of their title or content',
    description: 'Inside words too, Korean ones as well; case, width and composition do not matter. Newest first.',
    parameters: { query: searchQuery },
    successes: [{ status: 200, description: 'The memos found.', schema: memos }],
    problems: ['invalid'],
  },
  listTrash: {
    summary: 'List deleted memos, the last deleted first',
    description: 'They stay for 30 days.',
    parameters: { query: pageQuery },
    successes: [{ status: 200, description: 'The memos.', schema: z.array(trashedReply), headers: ['Link'] }],
    problems: ['invalid'],
  },
  exportMemos: {
    summary: 'Take memos out as NDJSON, oldest first',
    description: 'One memo a line, as a read answers it. What is cut off ends with a broken connection.',
    parameters: { query: filterQuery },
    successes: [
      { status: 200, description: 'The memos.', schema: z.string(), type: NDJSON, headers: ['Cache-Control'] },
    ],
    problems: ['invalid'],
  },
  importMemos: {
    summary: 'Put memos in as NDJSON',
    description:
      'Lines are taken while they arrive, in portions of a hundred, or fewer long ones. Times are kept. So are the ids of a portion of which every line has one, each above the one before and above every id that was ever given; any other portion gets new ids.',
    body: z.string(),
    bodyOptional: true,
    bodyTypes: [NDJSON],
    successes: [
      { status: 200, description: 'Every line is in.', schema: importReport },
      { status: 207, description: 'Some lines are not in: the report says which.', schema: importReport },
    ],
    problems: ['not-ndjson'],
  },
  streamChanges: {
    summary: 'Follow the changes of memos as they happen',
    description:
      'Server-sent events named as those on Kafka, with the same values; `reset` where some are not kept any more.',
    parameters: { header: lastEventId },
    successes: [
      {
        status: 200,
        description: 'A stream without an end.',
        schema: z.string(),
        type: EVENT_STREAM,
        headers: ['Cache-Control', 'X-Accel-Buffering'],
      },
    ],
    problems: ['too-many-streams'],
  },
  readMemo: {
    summary: 'Read a memo',
    parameters: { path, header: ifNoneMatch },
    successes: [
      { status: 200, description: 'The memo.', schema: memoReply, headers: anyVersion },
      { status: 304, description: 'It is still the version that the client has.', headers: anyVersion },
    ],
    problems: ['memo-not-found', 'invalid'],
  },
  createMemo: {
    summary: 'Create a memo',
    parameters: { header: idempotencyKey },
    body: memoCreate,
    successes: [{ status: 201, description: 'The memo as stored.', schema: memoReply, headers: ['ETag', 'Location'] }],
    problems: ['idempotency-key-malformed', 'idempotency-in-progress', ...bodyProblems],
  },
  updateMemo: {
    summary: 'Change a memo',
    description: 'Fields that are not sent stay.',
    parameters: { path, header: ifMatch },
    body: memoUpdate,
    successes: [{ status: 200, description: 'The memo as stored now.', schema: memoReply, headers: anyVersion }],
    problems: ['nothing-to-change', 'memo-not-found', 'version-mismatch', ...bodyProblems],
  },
  patchMemo: {
    summary: 'Change a memo by a merge patch (RFC 7396)',
    description: 'As PUT: `null` clears `category` and `author`, and empties `tags`.',
    parameters: { path, header: ifMatch },
    body: memoUpdate,
    bodyTypes: ['application/merge-patch+json', 'application/json'],
    successes: [{ status: 200, description: 'The memo as stored now.', schema: memoReply, headers: anyVersion }],
    headers: ['Accept-Patch'],
    problems: ['nothing-to-change', 'memo-not-found', 'version-mismatch', ...bodyProblems],
  },
  restoreMemo: {
    summary: 'Take a memo out of the trash',
    parameters: { path },
    successes: [{ status: 200, description: 'The memo as stored now.', schema: memoReply, headers: anyVersion }],
    problems: ['not-in-trash', 'invalid'],
  },
  deleteMemo: {
    summary: 'Delete a memo',
    parameters: { path, header: ifMatch },
    successes: [{ status: 204, description: 'It is in the trash.' }],
    problems: ['memo-not-found', 'version-mismatch', 'invalid'],
  },
};
