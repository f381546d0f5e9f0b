/**
 * Takes memos as NDJSON while they arrive: a batch is one transaction, and the client is read no faster than they are written.
 * A faulty line is reported and holds up no other.
 */
import type { Request, Response } from 'express';
import type { Queryable } from '../../db/connection.ts';
import type { Database } from '../../db/database.ts';
import { bodyLimit, checkType, discardRest } from '../../http/input/body.ts';
import { languageOf, problemOf } from '../../http/errors/errors.ts';
import { Problem } from '../../http/errors/problem.ts';
import { ClientGone, sendJson, startReply } from '../../http/reply.ts';
import { DeadlineExceeded, within } from '../../waiting.ts';
import type { MemoCache } from '../cache-port.ts';
import { folded } from '../search/folded.ts';
import { creation, weightOf, writeNew } from '../storage/writes.ts';
import type { Creation, NewMemo } from '../storage/writes.ts';
import { readLine } from './import-line.ts';
import { ImportReport } from './import-report.ts';
import { linesOf } from './lines.ts';

export interface ImportOptions {
  readonly database: Database;
  readonly cache: MemoCache;
  readonly maxContentBytes: number;
  /** Called after each commit. */
  readonly onEvent: () => void;
  /** A client that sends nothing for so many milliseconds has gone. */
  readonly requestMs: number;
  /** Aborted when the process stops: the import enters what it has, ends, and says where. */
  readonly stop: AbortSignal;
}

const NDJSON_TYPES = /^\s*application\/(?:x-)?(?:ndjson|jsonl|jsonlines)\s*(?:;|$)/i;
/** A batch is as short as any other transaction. */
const BATCH = { memos: 100, weight: 262_144 } as const;
/** Node cuts a request that takes longer than ten minutes; whoever sends so much is told in time where to go on. */
const LONGEST_MS = 540_000;

/** @throws Problem not-ndjson (415); and, while nothing was taken yet, whatever kept the first batch from being written */
export async function importMemos(options: ImportOptions, request: Request, response: Response): Promise<void> {
  checkType(request, NDJSON_TYPES, 'not-ndjson');
  const report = new ImportReport();
  await takeLines(options, request, report);
  const body = Buffer.from(report.json(languageOf(request.headers['accept-language'])));
  if (request.readableEnded) {
    sendJson(response, report.status, body);
    return;
  }
  // The client is still sending: it is told first, and its connection is closed when it has had time to read that.
  startReply(response, report.status, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    Connection: 'close',
  });
  response.write(body);
  await discardRest(request);
  response.end();
}

async function takeLines(options: ImportOptions, request: Request, report: ImportReport): Promise<void> {
  const { maxContentBytes, requestMs, stop } = options;
  const end = performance.now() + LONGEST_MS;
  let batch = new Batch();
  let line = 0;
  const take = (number: number, bytes: Buffer | undefined): void => {
    line = number;
    try {
      batch.add(number, readLine(bytes, maxContentBytes));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      report.refused(number, error);
    }
  };
  const enter = async (): Promise<void> => {
    report.took(await write(options, batch));
    batch = new Batch();
  };
  try {
    try {
      const chunks = chunksOf(request, requestMs, stop);
      for await (const { number, bytes } of linesOf(chunks, bodyLimit(maxContentBytes))) {
        take(number, bytes);
        if (!batch.full && !report.full) continue;
        await enter();
        if (report.full) throw new Problem('too-many-faults');
        if (stop.aborted || performance.now() > end) throw new Problem('import-interrupted');
      }
    } catch (error) {
      // The lines that have come are whole, and their client may send no more for a long time.
      if (isInterruption(error)) await enter();
      throw error;
    }
    await enter();
  } catch (error) {
    const problem = problemOf(error);
    const told = report.imported > 0 || problem.code === 'too-many-faults' || isInterruption(error);
    if (!told || error instanceof ClientGone) throw error;
    report.interrupted(batch.firstLine ?? line + 1, problem);
  }
}

function isInterruption(error: unknown): boolean {
  return error instanceof Problem && error.code === 'import-interrupted';
}

/** The memos of one transaction, and where they came from. */
class Batch {
  readonly memos: NewMemo[] = [];
  firstLine: number | undefined;
  #weight = 0;

  add(line: number, memo: NewMemo | undefined): void {
    if (memo === undefined) return;
    this.firstLine ??= line;
    this.memos.push(memo);
    this.#weight += weightOf(memo);
  }

  get full(): boolean {
    return this.memos.length >= BATCH.memos || this.#weight >= BATCH.weight;
  }
}

/** @returns how many were written: all of them */
async function write({ cache, database, onEvent }: ImportOptions, { memos }: Batch): Promise<number> {
  if (memos.length === 0) return 0;
  const all: Creation[] = [];
  for (const memo of memos) all.push(creation(memo, (await folded(memo)).search));
  const entered = await database.transaction(async (connection) => {
    if (await mayKeepIds(connection, memos)) return await writeNew(connection, all);
    return await writeNew(
      connection,
      all.map((one) => ({ ...one, memo: { ...one.memo, id: undefined } })),
    );
  });
  onEvent();
  // As after a create: somebody may have looked for these ids and been told that there is nothing.
  await Promise.all(entered.map(({ id }) => cache.invalidate(id)));
  return memos.length;
}

/**
 * Ids are kept where all of a batch are above every one that was ever given, in their order: those of an export, in an empty
 * database. When another transaction takes one of them meanwhile, this one meets its key, and is run again with a higher counter.
 */
async function mayKeepIds(connection: Queryable, memos: readonly NewMemo[]): Promise<boolean> {
  let last = await lastGivenId(connection);
  for (const { id = 0 } of memos) {
    if (id <= last) return false;
    last = id;
  }
  return true;
}

async function lastGivenId(connection: Queryable): Promise<number> {
  const [row] = await connection.query<{ next: number | null }>(
    `SELECT AUTO_INCREMENT AS next FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'memos'`,
  );
  return (row?.next ?? Infinity) - 1;
}

/** @throws Problem request-timeout when the client stops sending, import-interrupted at `stop`; ClientGone */
async function* chunksOf(request: Request, stalledMs: number, stop: AbortSignal): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer, undefined> = request.iterator({ destroyOnReturn: false });
  let waiting = true;
  try {
    for (;;) {
      waiting = true;
      const { done, value } = await untilStop(within(chunks.next(), stalledMs, 'the client'), stop);
      waiting = false;
      if (done === true) return;
      yield value;
    }
  } catch (error) {
    if (error instanceof DeadlineExceeded) throw new Problem('request-timeout');
    throw request.destroyed ? new ClientGone() : error;
  } finally {
    // What still waits cannot be asked to return.
    if (!waiting) await chunks.return?.();
  }
}

/** @throws Problem import-interrupted at `stop` */
async function untilStop<T>(pending: Promise<T>, stop: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const interrupt = (): void => reject(new Problem('import-interrupted'));
  if (stop.aborted) interrupt();
  stop.addEventListener('abort', interrupt, { once: true });
  try {
    return await Promise.race([pending, stopped]);
  } finally {
    stop.removeEventListener('abort', interrupt);
  }
}
