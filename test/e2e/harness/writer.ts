/** Writes memos without pause, so that what a fault loses can be counted. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Memo } from './client.ts';

export interface Writer {
  /** Those the API acknowledged so far. */
  readonly acknowledged: readonly Memo[];
  /** What it said in place of an acknowledgement. */
  readonly refusals: readonly string[];
  /** Resolves when the last write has been answered. */
  stop(): Promise<void>;
}

/** The pace: a steady trickle that leaves the machine to the pods, and the autoscaler at rest. */
const MILLISECONDS_BETWEEN = 150;

/** @param write one memo, by its number; throws when it was not acknowledged */
export function startWriter(write: (number: number) => Promise<Memo>): Writer {
  const acknowledged: Memo[] = [];
  const refusals: string[] = [];
  const stopping = new AbortController();
  const writing = (async () => {
    for (let number = 1; !stopping.signal.aborted; number += 1) {
      try {
        acknowledged.push(await write(number));
      } catch (error) {
        // Allowed while the database is away; what is never allowed is an acknowledged memo that is gone.
        refusals.push(error instanceof Error ? error.message : String(error));
      }
      await pause(MILLISECONDS_BETWEEN);
    }
  })();
  return {
    acknowledged,
    refusals,
    stop: async () => {
      stopping.abort();
      await writing;
    },
  };
}

/** Each memo is written and then changed: two events that must keep their order. */
export function writeTwice(client: Client): (number: number) => Promise<Memo> {
  return async (number) => {
    const { id } = await client.create(`기록 ${number}`, '처음 쓴 글');
    return await client.edit(id, '고쳐 쓴 글');
  };
}
