/** One connection to MariaDB, with the session settings that the service relies on, and a socket that can be cut off. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createConnection } from 'mariadb';
import type { Connection as DriverConnection, UpsertResult } from 'mariadb';
import type { DatabaseConfig } from '../config.ts';
import { tlsOptions } from '../tls.ts';
import { deadline } from '../waiting.ts';
import { Cut } from './cut.ts';
import { DatabaseUnavailable, translated } from './errors.ts';
import { PreparedStatements } from './prepared.ts';

/** What a parameter of a statement may be. */
export type SqlValue = string | number | bigint | Buffer | null;

export interface ConnectOptions {
  /** Milliseconds from the first packet to a usable session. */
  readonly connectMs: number;
  /** Seconds after which the server cuts a statement. 0: never (migrations). */
  readonly statementSeconds: number;
  /** Seconds that a statement waits for a row lock. */
  readonly lockWaitSeconds: number;
}

/** Result of a statement that changes rows. */
export interface Change {
  readonly affectedRows: number;
}

/**
 * What takes statements: a session, or a transaction for as long as it is open. Rows are objects by column name; DATETIME and
 * JSON columns are text, BIGINT is a number.
 * Every method throws {@link DatabaseUnavailable} when the database cannot serve, or the driver's error.
 */
export interface Queryable {
  /** Rows of a statement that is prepared once per connection: for what is asked often. */
  execute<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** Rows of a statement sent as text: for what is asked rarely, or differs every time. */
  query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** Changes rows by a prepared statement. */
  change(sql: string, values?: readonly SqlValue[]): Promise<Change>;
  /** A statement without rows that is not prepared: transactions, definitions, settings. */
  run(sql: string, values?: readonly SqlValue[]): Promise<Change>;
}

/** A session of MariaDB. */
export class Connection implements Queryable {
  readonly #driver: DriverConnection;
  readonly #prepared: PreparedStatements;
  readonly #socket: Socket;
  readonly #onClose: (() => void)[] = [];
  readonly #cut: Cut | undefined;
  #broken = false;
  #closed = false;
  #expired = false;
  #unanswered = 0;
  #heardAt = 0;

  /** @param cut with TLS */
  constructor(driver: DriverConnection, socket: Socket, cut?: Cut) {
    this.#driver = driver;
    this.#prepared = new PreparedStatements(driver);
    this.#socket = socket;
    this.#cut = cut;
    // When the driver finds the connection lost, it takes every listener off the socket, ours included: only `end` tells then.
    // It reports the loss as an error too, also between statements; without a listener that would end the process.
    driver.on('error', () => this.#close());
    driver.on('end', () => this.#close());
    socket.once('close', () => this.#close());
  }

  /** The connection is lost and must not be used again. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Milliseconds for which the server has owed an answer and given none; 0 when it owes none. */
  get silence(): number {
    return this.#unanswered === 0 ? 0 : performance.now() - this.#heardAt;
  }

  /** While true, no further statement is taken: the time of whoever uses the session is over. */
  set expired(value: boolean) {
    this.#expired = value;
  }

  /** Calls `listener` once when the connection is lost or ended. */
  onClose(listener: () => void): void {
    if (this.#closed) queueMicrotask(listener);
    else this.#onClose.push(listener);
  }

  async execute<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#answer(() => this.#execute<Row[]>(sql, values));
  }

  async query<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#answer(() => this.#driver.query<Row[]>(sql, values));
  }

  async change(sql: string, values: readonly SqlValue[] = []): Promise<Change> {
    return changeOf(await this.#answer(() => this.#execute<UpsertResult>(sql, values)));
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<Change> {
    return changeOf(await this.#answer(() => this.#driver.query<UpsertResult>(sql, values)));
  }

  /** As `run`, when the time is over too: what gives the session back as it was. */
  async restore(sql: string): Promise<void> {
    await this.#answer(() => this.#driver.query<UpsertResult>(sql), true);
  }

  /**
   * Cuts the socket: pending statements fail at once. The driver's own `destroy` first opens a second connection to kill
   * the query, which hangs on a frozen server and leaves this socket open; the server cuts long statements by itself.
   */
  abort(): void {
    cutOff(this.#socket, this.#cut, 'the deadline of the request has passed');
    this.#close();
  }

  /** Ends the session in good order, or cuts it when the server does not take leave within the deadline. */
  async end(deadlineMs = 500): Promise<void> {
    this.#broken = true;
    if (this.#closed) return;
    const timer = setTimeout(() => this.abort(), deadlineMs);
    const closed = new Promise<void>((resolve) => this.onClose(resolve));
    // A lost connection cannot say goodbye; its end is what counts.
    await Promise.race([this.#driver.end().catch(() => undefined), closed]);
    clearTimeout(timer);
    this.#close();
  }

  #close(): void {
    this.#broken = true;
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    for (const listener of this.#onClose.splice(0)) listener();
  }

  #execute<T>(sql: string, values: readonly SqlValue[]): Promise<T> {
    const statement = this.#prepared.get(sql);
    return statement === undefined ? this.#driver.query<T>(sql, values) : statement.execute<T>(values);
  }

  async #answer<T>(ask: () => Promise<T>, always = false): Promise<T> {
    if (this.#expired && !always) throw new DatabaseUnavailable('no time left');
    if (this.#unanswered === 0) this.#heardAt = performance.now();
    this.#unanswered += 1;
    try {
      const pending = ask();
      return await (this.#cut ? this.#cut.unlessCut(pending) : pending);
    } catch (error) {
      throw translated(error);
    } finally {
      this.#unanswered -= 1;
      this.#heardAt = performance.now();
    }
  }
}

function cutOff(socket: Socket, cut: Cut | undefined, reason: string): void {
  if (cut) {
    cut.now(reason);
    socket.destroy();
  } else {
    socket.destroy(new Error(reason));
  }
}

function changeOf(result: UpsertResult): Change {
  return { affectedRows: result.affectedRows };
}

/** A server that is alive has so many milliseconds more to answer what it was asked last, and to roll back. */
const LAST_ANSWER_MS = 500;

/**
 * Runs `work` on a session for `ms`. After that the session takes no further statement, so that the work fails and the session
 * lives; and it is cut when the last answer does not come either: a frozen server costs so much and the session.
 * @param onCut told when that happens, before `work` fails
 */
export async function cutAfter<T>(
  connection: Connection,
  ms: number,
  work: (connection: Connection) => Promise<T>,
  onCut: () => void = () => undefined,
): Promise<T> {
  let timer = deadline(ms, () => {
    connection.expired = true;
    timer = deadline(LAST_ANSWER_MS, () => {
      onCut();
      connection.abort();
    });
  });
  try {
    return await work(connection);
  } finally {
    timer.callOff();
    connection.expired = false;
  }
}

/** Opens a session. @throws DatabaseUnavailable within `connectMs` */
export async function openConnection(
  { url, tls }: Pick<DatabaseConfig, 'url' | 'tls'>,
  options: ConnectOptions,
): Promise<Connection> {
  const socket = connect({
    host: url.host,
    port: url.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
  });
  const cut = tls && new Cut();
  const timer = deadline(options.connectMs, () => cutOff(socket, cut, 'connecting took too long'));
  try {
    const connecting = createConnection({
      host: url.host,
      port: url.port,
      user: url.user,
      password: url.password,
      database: url.database,
      // The connector puts TLS on top of this socket, once the server has said that it speaks it.
      stream: (callback) => callback(undefined, socket),
      ...(tls && { ssl: tlsOptions(tls, url.host) }),
      // The driver's own timer knows no grace: it comes after ours.
      connectTimeout: options.connectMs + 500,
      charset: 'utf8mb4',
      dateStrings: true,
      // MariaDB keeps JSON as text: read and written as text, never re-formed by the driver.
      autoJsonMap: false,
      bigIntAsNumber: true,
      // `PreparedStatements` keeps them.
      prepareCacheLength: 0,
      // Errors end up in logs, and parameters are the text of memos.
      logParam: false,
      // Rows are locked before they are read for a change: repeatable reads would only add gap locks. As a statement, because
      // the variable's name differs between 10.11 and 11.8.
      initSql: 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
      sessionVariables: {
        // Strict: text that does not fit is an error, never cut short in silence.
        sql_mode: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO',
        time_zone: '+00:00',
        innodb_lock_wait_timeout: options.lockWaitSeconds,
        max_statement_time: options.statementSeconds,
      },
    });
    const driver = await (cut ? cut.unlessCut(connecting) : connecting);
    return new Connection(driver, socket, cut);
  } catch (error) {
    socket.destroy();
    const meaning = translated(error);
    throw meaning instanceof DatabaseUnavailable ? meaning : new DatabaseUnavailable('no connection', { cause: error });
  } finally {
    timer.callOff();
  }
}
