/** Log lines as JSON with ECS field names. Secrets and the text of memos never reach this file: callers pass ids and facts. */
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { LogLevel } from '../config.ts';

export type Log = Logger;

/** What is said of a request, by ECS names; what is undefined is left out. */
export type RequestFacts = Readonly<Record<string, string | number | undefined>>;

export interface LogOutput {
  readonly log: Log;
  /** Writes the line of a request that has ended, at level info. */
  readonly logRequest: (facts: RequestFacts) => void;
  /** Writes out what is buffered; call before the process ends. */
  flush(): void;
}

/** Version of the Elastic Common Schema that the field names follow. */
const ECS_VERSION = '8.17.0';
const FLUSH_MS = 500;

/**
 * A log to standard output, buffered so that a request does not wait for a pipe, and flushed twice a second. A write wakes a
 * thread, which costs more than the lines of many requests.
 */
export function standardLog(level: LogLevel, version: string): LogOutput {
  const destination = pino.destination({ dest: 1, sync: false, minLength: 32_768, maxWrite: 65_536 });
  const timer = setInterval(() => destination.flush(), FLUSH_MS);
  timer.unref();
  return {
    ...logTo(destination, level, version),
    flush() {
      clearInterval(timer);
      try {
        destination.flushSync();
      } catch {
        // Before the descriptor is open there is nothing buffered that could be written.
      }
    },
  };
}

/**
 * The line of a request is the only one that is written for each: it looks like those of pino and is made without it, in a
 * fifth of the time.
 */
function logTo(destination: DestinationStream, level: LogLevel, version: string): Omit<LogOutput, 'flush'> {
  const base = { 'ecs.version': ECS_VERSION, 'service.name': 'memo-service', 'service.version': version };
  const timestamp = timestamps();
  const formatters = { level: (label: string) => ({ 'log.level': label }) };
  const log = pino({ level, base, messageKey: 'message', timestamp, formatters }, destination);
  const inEach = JSON.stringify(base).slice(1, -1);
  const wanted = log.isLevelEnabled('info');
  return {
    log,
    logRequest(facts) {
      if (!wanted) return;
      const own = JSON.stringify({ ...facts, message: 'request' }).slice(1);
      destination.write(`{"log.level":"info"${timestamp()},${inEach},${own}\n`);
    },
  };
}

/** Writes a time once a millisecond: under load many lines have the same. */
function timestamps(): () => string {
  let [at, text] = [0, ''];
  return () => {
    const now = Date.now();
    if (now !== at) [at, text] = [now, `,"@timestamp":"${new Date(now).toISOString()}"`];
    return text;
  };
}

/** ECS fields of a caught error. Its chain of causes is one text; messages of the driver hold SQL and stay in the log. */
export function errorFields(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { 'error.message': String(error) };
  const chain: string[] = [];
  for (let cause: unknown = error.cause; cause instanceof Error && chain.length < 5; cause = cause.cause) {
    chain.push(withoutStatement(cause.message));
  }
  return {
    'error.type': error.name,
    'error.message': [withoutStatement(error.message), ...chain].join(' <- '),
    ...(error.stack === undefined ? {} : { 'error.stack_trace': withoutStatement(error.stack) }),
  };
}

/** The driver appends the statement with its parameters, which are the memo's text. */
function withoutStatement(text: string): string {
  return text.replace(/\nsql: [\s\S]*$/, '').replace(/ - parameters:[\s\S]*$/, '');
}
