/** Node's own warnings as log lines: its standard error is no place that anybody parses. */
import process from 'node:process';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';

/** kafkajs sets a timer to a time in the past once per client (its issue 1751): Node says so, and nothing comes of it. */
const KNOWN = 'TimeoutNegativeWarning';

/** Call once per process. */
export function logWarnings(log: Log): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== KNOWN) log.warn(errorFields(warning), 'Node warns');
  });
}
