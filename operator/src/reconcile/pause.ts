/**
 * The pause: a MemoApp with the annotation `memo.sogangcomputerclub.org/reconcile: paused`. Its pass is the same as any,
 * over a client that refuses every write: so nothing is written for certain, and the status can say what would be.
 */
import { paused, reconcileAnnotation } from '../api/labels.ts';
import type { MemoApp } from '../api/memoapp.ts';
import type { Dependencies } from './dependencies.ts';

/** A write that was not sent, because the MemoApp is paused. */
export class WriteWithheld extends Error {
  override readonly name = 'WriteWithheld';

  constructor() {
    super('not written: the MemoApp is paused');
  }
}

/** Any other value of the annotation means nothing. */
export function isPaused({ metadata }: MemoApp): boolean {
  return metadata.annotations?.[reconcileAnnotation] === paused;
}

/** The same, with every write of children and credentials throwing {@link WriteWithheld}. The status is still written. */
export function withoutWrites(dependencies: Dependencies): Dependencies {
  const client = dependencies.client.guarded(() => {
    throw new WriteWithheld();
  });
  return { ...dependencies, client, applier: dependencies.applier.over(client) };
}
