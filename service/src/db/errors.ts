/** What the database's failures mean to a request. One table; nothing else in the service looks at error numbers. */
import { SqlError } from 'mariadb';

/** The database did not serve this request in time or at all; asking again later is right. Answered 503 with Retry-After. */
export class DatabaseUnavailable extends Error {
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`the database is not available: ${reason}`, options);
    this.name = 'DatabaseUnavailable';
    this.reason = reason;
  }
}

/** The connection broke. Whatever it had not acknowledged by then was rolled back by the server, an unanswered commit aside. */
export class ConnectionLost extends DatabaseUnavailable {
  constructor(options?: ErrorOptions) {
    super('connection lost', options);
    this.name = 'ConnectionLost';
  }
}

/** One statement is larger than the server takes, or one value than its column: the request's own fault. */
export class DataTooLarge extends Error {
  constructor(options?: ErrorOptions) {
    super('larger than the database takes', options);
    this.name = 'DataTooLarge';
  }
}

/** Two transactions met; one was rolled back and can be run again. 1020 is snapshot isolation of MariaDB 11.6 and newer. */
const CONTENDED: ReadonlyMap<number, string> = new Map([
  [1213, 'deadlock'],
  [1205, 'lock wait timeout'],
  [1020, 'record changed since last read'],
  // Keys are the database's own, but for the ids of an import: the other one took it first.
  [1062, 'key taken meanwhile'],
]);

/** A statement was ended by `max_statement_time`. */
const TOO_LONG = 1969;

/** The server is there and cannot serve: not a fault of the request. */
const NOT_NOW: ReadonlyMap<number, string> = new Map([
  [3, 'disk full'],
  [1021, 'disk full'],
  [1026, 'disk full'],
  [1030, 'the storage engine failed'],
  [1040, 'too many connections'],
  [1044, 'access denied to the database'],
  [1045, 'access denied'],
  [1049, 'no such database'],
  [1053, 'server is shutting down'],
  [1114, 'table full'],
  [1142, 'a privilege is missing'],
  [1146, 'schema not migrated yet'],
  [1054, 'schema not migrated yet'],
  [1290, 'server is read-only'],
  [1836, 'server is read-only'],
  [1317, 'query was killed'],
  [TOO_LONG, 'query took too long'],
]);

/** The packet, which the driver refuses by itself where it knows the server's limit, and the value. */
const TOO_LARGE: ReadonlySet<number> = new Set([1153, 1406, 45_046]);

/** Somebody killed the session; the server is well. */
const KILLED = 1927;

/** Whether the transaction was rolled back for another's sake, so that running it again may succeed. */
export function isContention(error: unknown): boolean {
  return CONTENDED.has(numberOf(error));
}

/**
 * Whether the server refused what was written, or came to no end with it, and serves others: of several rows that were
 * written together it may be the fault of one.
 */
export function mayBeOneRow(error: unknown): boolean {
  if (!(error instanceof DatabaseUnavailable)) return true;
  return isContention(error) || tookTooLong(error);
}

/** Whether a statement met a row that another transaction holds, and gave up waiting. */
export function isLockTimeout(error: unknown): boolean {
  return numberOf(error) === 1205;
}

/** Whether the server ended a statement because of the time that it took. */
export function tookTooLong(error: unknown): boolean {
  return numberOf(error) === TOO_LONG;
}

/** The server's own number of why it does not serve; 0 where that is not what went wrong. */
function numberOf(error: unknown): number {
  return error instanceof DatabaseUnavailable && error.cause instanceof SqlError ? error.cause.errno : 0;
}

/** A driver's error as {@link DatabaseUnavailable} or {@link DataTooLarge} where it is one, else as it came. */
export function translated(error: unknown): unknown {
  // The socket's own error, ECONNRESET for one: the driver passes it on as it is, with this one mark.
  if (!(error instanceof SqlError)) return isFatal(error) ? new ConnectionLost({ cause: error }) : error;
  if (TOO_LARGE.has(error.errno)) return new DataTooLarge({ cause: error });
  if (error.errno === KILLED) return new ConnectionLost({ cause: error });
  const reason = CONTENDED.get(error.errno) ?? NOT_NOW.get(error.errno);
  if (reason !== undefined) return new DatabaseUnavailable(reason, { cause: error });
  // Fatal errors are those after which the driver gave the connection up.
  return error.fatal || isClientSide(error) ? new ConnectionLost({ cause: error }) : error;
}

function isFatal(error: unknown): boolean {
  return error instanceof Error && 'fatal' in error && error.fatal === true;
}

/** The driver numbers its own errors from 45001: sockets, handshakes, closed connections. */
function isClientSide(error: SqlError): boolean {
  return error.errno >= 45_000 || error.errno < 0;
}
