/**
 * The prepared statements of a session. Left to itself the connector sends, at once, a PREPARE and an EXECUTE of "the one that
 * was prepared last". Where the server has no room for another (`max_prepared_stmt_count`, of all sessions together), MariaDB
 * takes that for the one before and runs it with the values of this one: a GET emptied the trash. So a statement goes out as text
 * until it is prepared, and then by a number of its own.
 */
import type { Connection as DriverConnection, Prepare } from 'mariadb';

/** Of a session; what was not used for the longest time makes way. */
const MOST = 64;

export class PreparedStatements {
  readonly #driver: DriverConnection;
  /** By their text, what was used last at the end. Undefined: not yet, or refused. */
  readonly #known = new Map<string, Prepare | undefined>();

  constructor(driver: DriverConnection) {
    this.#driver = driver;
  }

  /** Undefined: send it as text. It is prepared for the next time, once. */
  get(sql: string): Prepare | undefined {
    const isNew = !this.#known.has(sql);
    const statement = this.#known.get(sql);
    this.#known.delete(sql);
    this.#known.set(sql, statement);
    if (isNew) {
      this.#makeWay();
      void this.#prepare(sql);
    }
    return statement;
  }

  async #prepare(sql: string): Promise<void> {
    try {
      const statement = await this.#driver.prepare(sql);
      if (this.#known.has(sql) && this.#known.get(sql) === undefined) this.#known.set(sql, statement);
      else statement.close();
    } catch {
      // There is no room, or the session is lost; what is wrong with the statement itself, its text is told too.
    }
  }

  #makeWay(): void {
    const [eldest] = this.#known;
    if (eldest === undefined || this.#known.size <= MOST) return;
    const [sql, statement] = eldest;
    this.#known.delete(sql);
    statement?.close();
  }
}
