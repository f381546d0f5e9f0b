/** What is there when all is over, against what the clients were told. */
import type { Connection } from 'mariadb';
import { rootSession, torn } from '../../../test/service/harness/sql.ts';
import { readTopic } from '../../../test/service/harness/topic-reader.ts';
import type { ReadEvent } from '../../../test/service/harness/topic-reader.ts';
import { until } from '../../../test/until.ts';
import type { Journal } from './journal.ts';
import type { Replica, Stage } from './stage.ts';
import type { KnownMemo } from './writer.ts';

/** All of it has to be 0. */
export interface Verdict {
  /** Memos that are not as the newest acknowledged change left them. */
  readonly lostMemos: number;
  /** Acknowledged changes, and rows of the outbox, whose event is not on the topic. */
  readonly lostEvents: number;
  /** Memos whose events, duplicates aside, are not in the order of their changes. */
  readonly outOfOrder: number;
  /** Creates that made more than one memo. */
  readonly doubled: number;
  /** Reads by id, once all is settled, that differ from the row. */
  readonly staleAtTheEnd: number;
  /** Memos, events and search rows that are there without one another. */
  readonly torn: number;
}

/** Events that are on the topic more than once; of those, the ones that came after a newer one of their memo. */
export interface Copies {
  readonly all: number;
  readonly late: number;
}

interface Row {
  readonly id: number;
  readonly version: number;
  readonly title: string;
  readonly content: string;
}

const SETTLED = { seconds: 60 };
const AT_ONCE = 16;

/** Waits until nothing is left to do for anybody. @throws Error when that takes longer than a minute */
export async function settle({ database, replicas }: Stage): Promise<void> {
  for (const replica of replicas) {
    await until('the caches are in use', async () => (await replica.metric('memo_cache_up')) === 1, SETTLED);
  }
  const sql = await rootSession(database);
  const waiting = 'SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL OR replayed_at IS NULL';
  const done = async (): Promise<boolean> => (await sql.query<{ n: number }[]>(waiting))[0]?.n === 0;
  await until('the outbox is empty', done, SETTLED);
  await sql.end();
}

export async function judge(
  stage: Stage,
  memos: readonly KnownMemo[],
  journal: Journal,
): Promise<{ verdict: Verdict; copies: Copies }> {
  const sql = await rootSession(stage.database);
  try {
    const rows = new Map(
      (await sql.query<Row[]>('SELECT id, version, title, content FROM memos')).map((row) => [row.id, row]),
    );
    const published = await sql.query<{ id: string }[]>('SELECT id FROM outbox');
    const events = await readAll(stage, new Set(published.map(({ id }) => id)));
    const verdict = {
      lostMemos: memos.filter((memo) => !isKept(memo, rows.get(memo.id))).length,
      lostEvents: lostEvents(journal, published, events),
      outOfOrder: outOfOrder(events),
      doubled: await doubled(sql),
      staleAtTheEnd: await stale(stage.replicas, memos, rows),
      torn: Object.values(await torn(sql)).reduce((sum, each) => sum + each, 0),
    };
    return { verdict, copies: copies(events) };
  } finally {
    await sql.end();
  }
}

/** What was never answered may have happened or not. */
function isKept({ state, version, title, unanswered }: KnownMemo, row: Row | undefined): boolean {
  if (row === undefined) return state === 'deleted' || unanswered.has(undefined);
  if (state === 'deleted') return false;
  return row.version === version ? row.title === title : row.version === version + 1 && unanswered.has(row.title);
}

async function readAll({ kafka }: Stage, ids: ReadonlySet<string>): Promise<readonly ReadEvent[]> {
  const reader = await readTopic(kafka.bootstrapServers);
  const missing = new Set(ids);
  let seen = 0;
  try {
    await until(
      'every event is read',
      () => {
        for (; seen < reader.events.length; seen += 1) missing.delete(reader.events[seen]?.id ?? '');
        return missing.size === 0;
      },
      SETTLED,
    );
  } catch {
    // Those that are not there are counted.
  }
  await reader.stop();
  return reader.events;
}

function lostEvents(journal: Journal, published: readonly { id: string }[], events: readonly ReadEvent[]): number {
  const ids = new Set(events.map(({ id }) => id));
  const changes = new Set(
    events.map(({ value, headers }) => {
      const { memo_id: id, title } = JSON.parse(value) as { memo_id: number; title?: string };
      return `${id} ${String(headers['version'])} ${title ?? ''}`;
    }),
  );
  const unannounced = journal.acknowledged.filter(
    ({ id, version, title }) => !changes.has(`${id} ${version} ${title ?? ''}`),
  );
  return published.filter(({ id }) => !ids.has(id)).length + unannounced.length;
}

/** Versions count from 1 without a gap: the first copy of each event has to come right after that of the one before. */
function outOfOrder(events: readonly ReadEvent[]): number {
  const last = new Map<string, number>();
  const seen = new Set<string>();
  const disordered = new Set<string>();
  for (const { id, key, headers } of events) {
    if (seen.has(id)) continue;
    seen.add(id);
    const version = Number(headers['version']);
    if (version !== (last.get(key) ?? 0) + 1) disordered.add(key);
    last.set(key, version);
  }
  return disordered.size;
}

function copies(events: readonly ReadEvent[]): Copies {
  const newest = new Map<string, number>();
  const seen = new Set<string>();
  let late = 0;
  for (const { id, key, headers } of events) {
    const version = Number(headers['version']);
    if (seen.has(id) && version < (newest.get(key) ?? 0)) late += 1;
    seen.add(id);
    newest.set(key, Math.max(version, newest.get(key) ?? 0));
  }
  return { all: events.length - seen.size, late };
}

/** Each create has an author of its own. */
async function doubled(sql: Connection): Promise<number> {
  const [row] = await sql.query<{ n: number }[]>(
    `SELECT COUNT(*) AS n FROM (
       SELECT author FROM (SELECT author FROM memos UNION ALL SELECT author FROM memo_trash) AS made
       GROUP BY author HAVING COUNT(*) > 1) AS doubled`,
  );
  return row?.n ?? 0;
}

/** Reads every memo at every replica, twice: the first read fills the cache. */
async function stale(
  replicas: readonly Replica[],
  memos: readonly KnownMemo[],
  rows: ReadonlyMap<number, Row>,
): Promise<number> {
  let differing = 0;
  const left = memos.values();
  const readSome = async (): Promise<void> => {
    for (const { id } of left) {
      const row = rows.get(id);
      for (const replica of [...replicas, ...replicas]) {
        const reply = await replica.ask('GET', `/v1/memos/${id}`);
        const { title, content } = (reply?.json ?? {}) as Partial<Row>;
        const same =
          row === undefined
            ? reply?.status === 404
            : reply?.headers.get('etag') === `"${id}-${row.version}"` && title === row.title && content === row.content;
        if (!same) differing += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readSome));
  return differing;
}
