/** What a process says, both outputs in one. */
import type { ChildProcess } from 'node:child_process';

/** @param longest how many characters are kept of it, from its end. @returns what it has said so far */
export function gatherOutput({ stderr, stdout }: ChildProcess, longest = Infinity): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-longest)));
  }
  return () => text;
}
