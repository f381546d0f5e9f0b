/** A full life of a MemoApp under an operator that is struck at the same write of each stage. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { apiVersion, kind } from '../../../operator/src/api/names.ts';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { isNotFound } from '../../../operator/src/runtime/client/error.ts';
import { memoAppKind } from '../harness/client.ts';
import { until } from '../harness/until.ts';
import { MortalOperator } from './mortal.ts';
import { stateOf, type State } from './state.ts';
import type { Strike } from './strike.ts';
import { prepareNamespace } from './site.ts';

interface Stage {
  readonly name: string;
  /** What the admin asks for; undefined: to be gone. */
  readonly spec: MemoAppSpec | undefined;
}

const whole: MemoAppSpec = { version: '0.1.0', api: { autoscaling: { minReplicas: 2, maxReplicas: 5 } } };
const changed: MemoAppSpec = { version: '0.1.0', api: { replicas: 3, logLevel: 'debug' }, cache: { disabled: {} } };
const upgraded: MemoAppSpec = { ...changed, version: '0.2.0' };

/** Each begins where the one before has come to rest. */
export const stages: readonly Stage[] = [
  { name: 'create', spec: whole },
  { name: 'change', spec: changed },
  { name: 'upgrade', spec: upgraded },
  { name: 'stop', spec: { ...upgraded, state: 'Stopped' } },
  { name: 'start', spec: upgraded },
  { name: 'delete', spec: undefined },
  { name: 'create again', spec: { ...whole, version: '0.2.0' } },
];

export interface StageOutcome {
  readonly stage: string;
  readonly writes: number;
  /** Whether the blow has fallen: false where the stage has fewer writes. */
  readonly struck: boolean;
  /** At rest: as asked, and two passes went by without a write. */
  readonly state: State;
}

export interface Site {
  /** The cluster's admin. */
  readonly client: ApiClient;
  /** The operator's own kubeconfig. */
  readonly kubeconfig: string;
}

const app = 'shop';

/** @param strike at `write: 0` the operator is killed as soon as the admin has spoken; absent: nothing happens to it */
export async function live(site: Site, strike?: Strike): Promise<StageOutcome[]> {
  const namespace = `life-${randomUUID().slice(0, 8)}`;
  await prepareNamespace(site.client, namespace);
  const operator = await MortalOperator.start(site.kubeconfig, namespace);
  const outcomes: StageOutcome[] = [];
  try {
    for (const stage of stages) {
      const before = operator.writes;
      operator.expect(strike);
      await ask(site.client, namespace, stage.spec);
      if (strike?.write === 0) operator.kill();
      const state = await atRest(site.client, namespace, operator, stage);
      outcomes.push({ stage: stage.name, writes: operator.writes - before, struck: operator.struck, state });
    }
  } finally {
    await operator.end();
  }
  await site.client.delete({ apiVersion: 'v1', kind: 'Namespace' }, { name: namespace });
  return outcomes;
}

async function ask(client: ApiClient, namespace: string, spec: MemoAppSpec | undefined): Promise<void> {
  const metadata = { namespace, name: app };
  if (spec === undefined) await client.delete(memoAppKind, metadata);
  else await client.apply({ apiVersion, kind, metadata, spec }, { fieldManager: 'admin' });
}

async function atRest(
  client: ApiClient,
  namespace: string,
  operator: MortalOperator,
  { name, spec }: Stage,
): Promise<State> {
  try {
    return await until(
      name,
      async () => {
        const settled = spec ? await isAsAsked(client, namespace, spec) : await isGone(client, namespace);
        if (!settled) return undefined;
        const before = await stateOf(client, namespace);
        // Where there is no MemoApp there is no pass to count.
        if (spec && !(await operator.isIdle())) return undefined;
        const after = await stateOf(client, namespace);
        return isDeepStrictEqual(after, before) ? after : undefined;
      },
      60,
    );
  } catch (error) {
    const { objects } = await stateOf(client, namespace);
    throw new Error(`${name}: no rest\n${objects.join('\n')}\n${operator.log()}`, { cause: error });
  }
}

/** Ready; with an autoscaler as far as one gets where nobody measures pods. */
async function isAsAsked(client: ApiClient, namespace: string, spec: MemoAppSpec): Promise<boolean> {
  const { metadata, status } = await client.get(memoAppKind, { namespace, name: app });
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.observedGeneration !== metadata.generation) return false;
  return spec.api?.autoscaling ? ready?.reason === 'MetricsMissing' : ready?.status === 'True';
}

/** All that is left of it is what it does not own. */
async function isGone(client: ApiClient, namespace: string): Promise<boolean> {
  try {
    await client.get(memoAppKind, { namespace, name: app });
    return false;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const { objects } = await stateOf(client, namespace);
  return objects.every(
    (object) => /^\{"kind":"(PersistentVolumeClaim|Secret)"/.test(object) && !object.includes('"ownerReferences"'),
  );
}
