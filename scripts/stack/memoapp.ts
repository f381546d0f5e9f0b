/** Waiting for a MemoApp to be Ready, saying which part it waits for. */
import { setTimeout as pause } from 'node:timers/promises';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import { troublesOf } from './diagnosis.ts';
import type { Suspects } from './diagnosis.ts';
import type { Kubectl } from './kubectl.ts';
import { standing } from './waiting.ts';
import type { Standing } from './waiting.ts';

export interface AppName {
  readonly namespace: string;
  readonly name: string;
}

/** The parts of a MemoApp that are not as asked; the message says which and why, in the words of its condition. */
export class NotReady extends Error {
  constructor({ namespace, name }: AppName, seconds: number, { waitsFor }: Standing) {
    const why = waitsFor === undefined ? '' : `: ${waitsFor.part} is ${waitsFor.reason}: ${waitsFor.message}`;
    super(`MemoApp ${namespace}/${name} is not Ready after ${Math.round(seconds)} s${why}`);
    this.name = 'NotReady';
  }
}

const POLL_MILLISECONDS = 1000;
/** Milliseconds without news after which the pods themselves are looked at. */
const LOOK_CLOSER_MILLISECONDS = 15_000;

/**
 * Looks once a second until it is Ready at its own generation.
 * @param say is told what it waits for, each part that is done, and now and then what keeps the pods
 * @param suspects the pods of the MemoApp
 * @throws NotReady at the deadline, or sooner when what it waits for does not come by waiting
 */
export async function waitReady(
  kubectl: Kubectl,
  app: AppName,
  deadline: number,
  say: (line: string) => void,
  suspects: Suspects,
): Promise<MemoApp> {
  const started = performance.now();
  const told = new Set<string>();
  // A crash loop shows as running between two crashes: what counts is how long a part has had a reason in all.
  const stood = new Map<string, number>();
  let looked = started;
  let closer = started + LOOK_CLOSER_MILLISECONDS;
  for (;;) {
    const memoApp = await kubectl.get<MemoApp>('memoapp', app.name, '-n', app.namespace);
    const now = standing(memoApp, deadline);
    for (const [part, message] of now.done) {
      if (told.has(part)) continue;
      told.add(part);
      say(`✓ ${part}: ${message}`);
    }
    if (memoApp !== undefined && now.ready) return memoApp;
    const { part = '', reason: because = '', message = '' } = now.waitsFor ?? {};
    say(`waiting for ${part}: ${message}`);
    const held = (stood.get(`${part} ${because}`) ?? 0) + performance.now() - looked;
    stood.set(`${part} ${because}`, held);
    looked = performance.now();
    if (looked > closer) {
      closer = looked + LOOK_CLOSER_MILLISECONDS;
      for (const { pod, why } of await troublesOf(kubectl, suspects)) say(`pod ${pod}: ${why}`);
    }
    const seconds = (looked - started) / 1000;
    if (seconds > deadline || held > now.patience * 1000) throw new NotReady(app, seconds, now);
    await pause(POLL_MILLISECONDS);
  }
}
