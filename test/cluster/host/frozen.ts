/** Freezing a process for certain. */
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { until } from '../../until.ts';

/**
 * SIGSTOP, and waits until every thread has stopped. Each does so when the kernel next lets it look: on a busy machine there
 * is time for an answer or two before that.
 * @param runs false once the process is gone, which nobody waits for
 */
export async function freeze(pid: number, runs: () => boolean): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  const patience = { seconds: 10, hint: 'see its threads in /proc', everyMilliseconds: 5 };
  await until(`process ${pid} frozen`, () => !runs() || isStopped(pid), patience);
}

function isStopped(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.every((thread) => /\) [Tt] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')));
}
