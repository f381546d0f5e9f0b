/** Node's own warnings as log lines: its standard error is no place that anybody parses. */
import process from 'node:process';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';

/** Call once per process. */
export function logWarnings(log: Log): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    log.warn(errorFields(warning), 'Node warns');
  });
}
