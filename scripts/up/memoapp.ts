/** Waiting for a MemoApp to be Ready, saying which part it waits for. */
import type { Kubectl } from './kubectl.ts';
import type { Say } from './steps.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export interface ObservedApp {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly generation: number };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly url?: string };
}

/** What a MemoApp still waits for, in one line; undefined once it is Ready at its own generation. */
export function waitsFor(app: ObservedApp): string | undefined {
  const conditions = app.status?.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === 'Ready');
  if (ready === undefined) return 'the operator to see it';
  if (ready.status === 'True' && ready.observedGeneration === app.metadata.generation) return undefined;
  const parts = conditions.filter((condition) => PART.test(condition.type) && condition.status !== 'True');
  if (parts.length === 0) return `Ready: ${ready.reason ?? ''} ${ready.message ?? ''}`.trim();
  return parts.map((part) => `${part.type} (${part.message ?? part.reason ?? part.status})`).join('; ');
}

const PART = /^(Database|Cache|Events|Route|API|Schema)/;

/** Polls once a second until the MemoApp is Ready. Stalled, or the deadline, is an error that says what it waited for. */
export async function waitReady(
  kubectl: Kubectl,
  namespace: string,
  name: string,
  minutes: number,
  say: Say,
): Promise<ObservedApp> {
  const deadline = performance.now() + minutes * 60_000;
  for (;;) {
    const app = (await kubectl.get(['memoapp', name, '-n', namespace])) as ObservedApp | undefined;
    const waiting = app === undefined ? 'the object' : waitsFor(app);
    if (app !== undefined && waiting === undefined) return app;
    say(`waiting for ${waiting ?? 'the object'}`);
    const stalled = app?.status?.conditions?.find(
      (condition) => condition.type === 'Stalled' && condition.status === 'True',
    );
    if (stalled !== undefined) throw new Error(`Stalled, ${stalled.reason ?? ''}: ${stalled.message ?? ''}`);
    if (performance.now() > deadline)
      throw new Error(`not Ready after ${minutes} minutes; it waits for ${waiting ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
