/** What only our operator promises: no write while idle, memory that foreign Secrets do not move, a standby that takes over. */
import { setTimeout as pause } from 'node:timers/promises';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import { memoAppKind } from '../../../test/operator/harness/client.ts';
import type { AppName } from './children.ts';
import { sideBySide, type Field } from './field.ts';
import { edit } from './fleet.ts';
import { playReadiness } from './ready.ts';

export interface EnduranceResult {
  readonly finishedJobs: number;
  /** MemoApps by the reason of their Ready condition. */
  readonly ready: Readonly<Record<string, number>>;
  readonly idle: { readonly minutes: number; readonly writes: number; readonly processorShare: number };
  readonly foreignSecrets: { readonly count: number; readonly beforeMiB: number; readonly afterMiB: number };
  readonly standby: { readonly afterStopSeconds: number; readonly afterKillSeconds: number };
}

const SECRETS = 10_000;

/** @param minutes how long it is left alone, by a process that looks at each of them twice in that time */
export async function measureEndurance(
  field: Field,
  fleet: readonly AppName[],
  minutes: number,
): Promise<EnduranceResult> {
  await field.operator.stop();
  field.operator = await field.contestant.start(field.cluster, { resyncMinutes: Math.max(0.5, minutes / 2) });
  const finishedJobs = await playReadiness(field);
  const { items } = await field.admin.list(memoAppKind);
  const ready: Record<string, number> = {};
  for (const { status } of items) {
    const condition = status?.conditions?.find(({ type }) => type === 'Ready');
    const reason = `${condition?.status ?? 'none'} ${condition?.reason ?? ''}`;
    ready[reason] = (ready[reason] ?? 0) + 1;
  }
  const foreignSecrets = await withForeignSecrets(field);
  const idle = await leftAlone(field, minutes);
  return { finishedJobs, ready, idle, foreignSecrets, standby: await standby(field, fleet) };
}

async function leftAlone(field: Field, minutes: number): Promise<EnduranceResult['idle']> {
  await field.quiet(10);
  field.begin();
  const processor = field.operator.processorTime();
  const started = performance.now();
  for (let minute = 0; minute < minutes; minute += 1) {
    await pause(60_000);
    field.log(`left alone for ${minute + 1} of ${minutes} minutes: ${field.writes().length} writes`);
  }
  const seconds = (performance.now() - started) / 1000;
  const processorShare = (field.operator.processorTime() - processor) / seconds;
  return { minutes, writes: field.writes().length, processorShare };
}

async function withForeignSecrets(field: Field): Promise<EnduranceResult['foreignSecrets']> {
  const namespace = 'foreign';
  await field.admin.create({ ...kindOf('v1', 'Namespace'), metadata: { name: namespace } });
  const beforeMiB = field.operator.memory().now;
  const data = { key: Buffer.alloc(1024, 'x').toString('base64') };
  await sideBySide(
    Array.from({ length: SECRETS }, (_, index) => `foreign-${index}`),
    (name) => field.admin.create({ ...kindOf('v1', 'Secret'), metadata: { namespace, name }, data }),
  );
  await pause(10_000);
  return { count: SECRETS, beforeMiB, afterMiB: field.operator.memory().now };
}

/** Seconds from the leader's end to the first write of the one that was waiting, for an edit that came right after the end. */
async function standby(field: Field, fleet: readonly AppName[]): Promise<EnduranceResult['standby']> {
  const seconds: Record<string, number> = {};
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const next = await field.contestant.start(field.cluster, {
      pod: `memo-operator-waits-for-${signal}`.toLowerCase(),
    });
    // Long enough to have read everything.
    await pause(10_000);
    const leader = field.operator;
    field.operator = next;
    field.begin();
    const ended = performance.timeOrigin + performance.now();
    await leader.stop(signal);
    const [app] = fleet;
    if (app === undefined) throw new Error('an empty fleet');
    await edit(field, app, signal);
    await field.until(`the standby after ${signal}`, 60, () => field.writes().length > 0);
    seconds[signal] = ((field.writes()[0]?.answered ?? NaN) - ended) / 1000;
    await field.quiet(3);
  }
  return { afterStopSeconds: seconds['SIGTERM'] ?? NaN, afterKillSeconds: seconds['SIGKILL'] ?? NaN };
}
