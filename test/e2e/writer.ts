/** Writes memos without pause, so that what a fault loses can be counted. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Memo } from './client.ts';

export interface Writer {
  /** Those the API acknowledged so far. */
  readonly acknowledged: readonly Memo[];
  /** Resolves when the last write has been answered. */
  stop(): Promise<void>;
}

/** The pace: a steady trickle that leaves the machine to the pods, and the autoscaler at rest. */
const MILLISECONDS_BETWEEN = 150;

export function startWriter(client: Client, content: string): Writer {
  const acknowledged: Memo[] = [];
  const stopping = new AbortController();
  const writing = (async () => {
    for (let number = 1; !stopping.signal.aborted; number += 1) {
      try {
        acknowledged.push(await client.create(`기록 ${number}`, content));
      } catch {
        // Allowed while a store is away; what is not allowed is an acknowledged memo that is gone.
      }
      await pause(MILLISECONDS_BETWEEN);
    }
  })();
  return {
    acknowledged,
    stop: async () => {
      stopping.abort();
      await writing;
    },
  };
}
