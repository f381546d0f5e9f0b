/** The trace that a change was a part of, as its request named it; it goes to Kafka with the event. */
import type { Connection } from '../connection.ts';

/** At the end of the row and without a default of its own, so that no row is rewritten. */
const ADD = `ALTER TABLE outbox
  ADD COLUMN IF NOT EXISTS traceparent CHAR(55) CHARACTER SET ascii COLLATE ascii_bin NULL`;

export async function outboxTrace(connection: Connection): Promise<void> {
  await connection.run(ADD);
}
