/** The test's own sessions on the database, and what it finds there. */
import { createConnection } from 'mariadb';
import type { Connection, UpsertResult } from 'mariadb';
import type { MariaDB } from '../../stores/mariadb.ts';

/** A session of root. It is lost with the database, in silence. */
export async function rootSession(database: MariaDB): Promise<Connection> {
  return await sessionAt(database.rootUrl);
}

/** As {@link rootSession}, of the user that the address names. */
export async function sessionAt(url: string): Promise<Connection> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const session = await createConnection({
    host: hostname,
    port: Number(port),
    user: username,
    password,
    database: pathname.slice(1),
    bigIntAsNumber: true,
    multipleStatements: true,
  });
  session.on('error', () => undefined);
  return session;
}

/** How many sessions the service has. */
export async function sessionsOfService(root: Connection): Promise<number> {
  const [row] = await root.query<{ open: number }[]>(
    `SELECT COUNT(*) AS open FROM information_schema.PROCESSLIST WHERE USER = 'memo'`,
  );
  return row?.open ?? 0;
}

/** How many sessions of root wait for an answer, the asking one aside: those of a service that has its account. */
export async function sessionsAtWork(root: Connection): Promise<number> {
  const sql = `SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE USER = 'root' AND COMMAND <> 'Sleep' AND ID <> CONNECTION_ID()`;
  const [row] = await root.query<{ n: number }[]>(sql);
  return row?.n ?? 0;
}

/** The server's numbers of the service's sessions. */
export async function sessionsById(root: Connection): Promise<number[]> {
  const sql = `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'memo'`;
  return (await root.query<{ id: number }[]>(sql)).map(({ id }) => id);
}

/** Ends every session of the service, as a fail-over or an impatient admin does. */
export async function killSessionsOfService(root: Connection): Promise<number> {
  // One statement: between a list of them and its end one of them may have gone by itself.
  const { affectedRows } = await root.query<UpsertResult>("KILL USER 'memo'");
  return affectedRows;
}

/** What the rows of the tags have to be, and what they are. */
const TAGGED = `SELECT id, UNHEX(LEFT(SHA2(each_tag, 256), 32)), created_at, updated_at, priority
  FROM memos, JSON_TABLE(tags, '$[*]' COLUMNS (each_tag LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS them`;
const TAG_ROWS = 'SELECT memo_id, tag, created_at, updated_at, priority FROM memo_tags';

/** Writes the rows of tags of all memos, which were inserted with `stale_since` NULL: else the service does it meanwhile. */
export async function enterTags(root: Connection): Promise<void> {
  await root.query('DELETE FROM memo_tags');
  await root.query(
    `INSERT INTO memo_tags (memo_id, tag, created_at, updated_at, priority) SELECT DISTINCT * FROM (${TAGGED}) AS t`,
  );
}

/** Memos without their event, search row or rows of tags, and any of these without its memo: none, whatever died. */
export async function torn(root: Connection): Promise<Readonly<Record<string, number>>> {
  const [row] = await root.query<Record<string, number>[]>(
    `SELECT
      (SELECT COUNT(*) FROM memos WHERE id NOT IN (SELECT aggregateid FROM outbox WHERE type = 'memo_created')) AS memosWithoutEvent,
      (SELECT COUNT(*) FROM memos WHERE id NOT IN (SELECT memo_id FROM memo_search)) AS memosWithoutSearch,
      (SELECT COUNT(*) FROM memo_search WHERE memo_id NOT IN (SELECT id FROM memos)) AS searchesWithoutMemo,
      (SELECT COUNT(*) FROM (${TAGGED} EXCEPT ${TAG_ROWS}) AS t) AS tagsWithoutRow,
      (SELECT COUNT(*) FROM (${TAG_ROWS} EXCEPT ${TAGGED}) AS t) AS rowsWithoutTag,
      (SELECT COUNT(*) FROM outbox WHERE type = 'memo_created' AND aggregateid NOT IN (SELECT id FROM memos)
        AND aggregateid NOT IN (SELECT aggregateid FROM outbox WHERE type = 'memo_deleted')) AS eventsWithoutMemo,
      (SELECT COUNT(*) FROM outbox WHERE type = 'memo_deleted' AND aggregateid IN (SELECT id FROM memos)) AS deletionsOfLiving,
      (SELECT COUNT(*) FROM (SELECT aggregateid FROM outbox GROUP BY aggregateid, version HAVING COUNT(*) > 1) AS d)
        AS versionsTwice`,
  );
  return row ?? {};
}

/** What {@link torn} finds in a database that is whole. */
export const WHOLE = {
  memosWithoutEvent: 0,
  memosWithoutSearch: 0,
  searchesWithoutMemo: 0,
  tagsWithoutRow: 0,
  rowsWithoutTag: 0,
  eventsWithoutMemo: 0,
  deletionsOfLiving: 0,
  versionsTwice: 0,
} as const;
