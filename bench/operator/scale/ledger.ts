/** What the API server says that it was asked: the audit log, which measures every contestant by the same clock. */
import { closeSync, openSync, readSync } from 'node:fs';
import { writing, type Request } from '../../../test/operator/harness/audit.ts';

/** One request, when it was answered. Times are milliseconds since 1970, to the microsecond. */
export interface Asked {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
  readonly received: number;
  readonly answered: number;
}

interface AuditEvent extends Request {
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

export class Ledger {
  readonly #path: string;
  readonly #buffer = Buffer.alloc(4 * 1024 * 1024);
  #position = 0;
  #rest = '';

  constructor(auditLog: string) {
    this.#path = auditLog;
  }

  /** What was answered since the last call, and each watch that has begun. */
  read(): Asked[] {
    const file = openSync(this.#path, 'r');
    const asked: Asked[] = [];
    try {
      for (;;) {
        const length = readSync(file, this.#buffer, 0, this.#buffer.length, this.#position);
        if (length === 0) return asked;
        this.#position += length;
        // Names and verbs are ASCII: a character cut in two could only stand in a user agent.
        const lines = (this.#rest + this.#buffer.toString('utf8', 0, length)).split('\n');
        this.#rest = lines.pop() ?? '';
        for (const line of lines) {
          const event = JSON.parse(line) as AuditEvent;
          const { stage, verb } = event;
          if (stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete')) asked.push(requestOf(event));
        }
      }
    } finally {
      closeSync(file);
    }
  }
}

/** Writes that were accepted, Leases and Events aside. */
export function writesBy(user: string, asked: readonly Asked[]): Asked[] {
  return asked.filter(
    (each) =>
      each.user === user &&
      writing.has(each.verb) &&
      each.code < 400 &&
      each.resource !== 'leases' &&
      each.resource !== 'events',
  );
}

function requestOf({ verb, user, objectRef = {}, responseStatus, ...event }: AuditEvent): Asked {
  return {
    user: user.username,
    verb,
    resource: objectRef.resource ?? '',
    subresource: objectRef.subresource,
    namespace: objectRef.namespace ?? '',
    name: objectRef.name ?? '',
    code: responseStatus?.code ?? 0,
    received: milliseconds(event.requestReceivedTimestamp),
    answered: milliseconds(event.stageTimestamp),
  };
}

/** `Date` knows no microseconds. */
function milliseconds(timestamp: string): number {
  const micros = /\.(\d{1,6})/.exec(timestamp)?.[1] ?? '0';
  return Date.parse(timestamp.replace(/\.\d+/, '')) + Number(micros.padEnd(6, '0')) / 1000;
}
