/** What a process has spent of the processor. */
import { readFileSync } from 'node:fs';

/** Its user and system time so far, in seconds: fields 14 and 15 of proc(5), in ticks of a hundredth of a second. */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
