/**
 * Which process a pid means. A pid alone is reused; together with its start time and the machine's boot it names one
 * process for ever, so that a clean-up never ends a stranger.
 */
import { contentOf } from './content.ts';

/** One process of one boot of this machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
  readonly bootId: string;
}

/** @returns undefined when no such process runs (a zombie does not run). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = parseStartTime(contentOf(`/proc/${pid}/stat`));
  if (startTime === undefined) return undefined;
  return { pid, startTime, bootId: bootId() };
}

export function isRunning(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now?.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** Reads field 22; the command name in field 2 may hold spaces and parentheses, so the count starts after its last one. */
export function parseStartTime(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return undefined;
  return fields[19];
}

function bootId(): string {
  return contentOf('/proc/sys/kernel/random/boot_id').trim();
}
