/** A thousand MemoApps on one operator: made, left alone, edited, robbed of a child, restarted, cut off from its API server. */
import { setTimeout as pause } from 'node:timers/promises';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import { memoAppKind } from '../../../test/operator/harness/client.ts';
import { quantile } from '../../quantile.ts';
import { childrenOf, memoAppOf, type AppName } from './children.ts';
import type { StartOptions } from './contestant.ts';
import { sideBySide, type Field } from './field.ts';
import type { Asked } from './ledger.ts';
import { childWrites, lastAnswer } from './single.ts';

export interface FleetResult {
  readonly apps: number;
  readonly creation: {
    /** Seconds until all children of all exist. */
    readonly seconds: number;
    readonly writesPerApp: number;
    readonly statusWritesPerApp: number;
    /** Seconds of processor time of the operator. */
    readonly processorSeconds: number;
  };
  /** Once all were made, and the most of either process: the one that has made them and the one that was started after it. */
  readonly memory: { readonly afterMiB: number; readonly peakMiB: number };
  readonly sockets: number;
  readonly watches: number;
  readonly edit: {
    readonly p50Ms: number;
    readonly p99Ms: number;
    /** Of an edit that is the first to add or drop a field of its child, and of the next ones. */
    readonly writesPerFirstEdit: number;
    readonly writesPerEdit: number;
  };
  readonly burst: {
    readonly edits: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    /** Milliseconds of processor time for each. */
    readonly operatorMs: number;
    readonly serverMs: number;
  };
  readonly lostChild: { readonly p50Ms: number; readonly writesPerChild: number };
  /** A contestant that never repairs drift has no figure. */
  readonly restart: { readonly inChargeSeconds: number; readonly writes: number };
  readonly apiServerRestart: {
    /** How long the API server was away: an operator whose Lease runs out in that time ends, if it is made so. */
    readonly awaySeconds: number;
    readonly editSeconds: number;
    readonly processRestarts: number;
  };
}

const PER_NAMESPACE = 50;
const EDITED = 100;
const LOST = 20;
const BURST_SECONDS = 10;
/** In which a contestant gives back what its work has taken. */
export const RESTING_SECONDS = 15;

export function fleetOf(size: number): AppName[] {
  return Array.from({ length: size }, (_, index) => ({
    namespace: `fleet-${Math.floor(index / PER_NAMESPACE)}`,
    name: `app-${index}`,
  }));
}

export async function measureFleet(
  field: Field,
  fleet: readonly AppName[],
  startedWatches: number,
): Promise<FleetResult> {
  const creation = await create(field, fleet);
  await field.quiet(RESTING_SECONDS);
  const afterMiB = field.operator.memory().now;
  field.log(`${fleet.length} MemoApps in ${creation.seconds.toFixed(1)} s, ${afterMiB.toFixed(0)} MiB`);
  const edit = await edits(field, fleet);
  const burst = await burstOfEdits(field, fleet);
  const lostChild = await lostChildren(field, fleet);
  const sockets = field.operator.sockets();
  const { peak } = field.operator.memory();
  const restart = await restarted(field, fleet);
  const apiServerRestart = await restartedApiServer(field, fleet);
  return {
    apps: fleet.length,
    creation,
    memory: { afterMiB, peakMiB: Math.max(peak, field.operator.memory().peak) },
    sockets,
    watches: startedWatches,
    edit,
    burst,
    lostChild,
    restart,
    apiServerRestart,
  };
}

/** All at once, in namespaces that are made for them. */
export async function create(field: Field, fleet: readonly AppName[]): Promise<FleetResult['creation']> {
  const [first] = fleet;
  if (first === undefined) throw new Error('an empty fleet');
  const wanted = childrenOf(first).length * fleet.length;
  const namespaces = [...new Set(fleet.map(({ namespace }) => namespace))];
  await sideBySide(namespaces, (name) => field.admin.create({ ...kindOf('v1', 'Namespace'), metadata: { name } }));
  const processor = field.operator.processorTime();
  field.begin();
  await sideBySide(fleet, (app) => field.admin.create(memoAppOf(app)));
  await field.until('all children', 3600, () => {
    const writes = field.writes();
    // Told apart only when they can be enough: the bench is on the contestant's processors.
    return writes.length >= wanted && childWrites(writes).length >= wanted;
  });
  const made = field.asked().filter(({ resource, verb }) => resource === 'memoapps' && verb === 'create');
  const seconds = (lastAnswer(childWrites(field.writes())) - Math.min(...made.map(({ received }) => received))) / 1000;
  await field.quiet(3);
  const writes = field.writes();
  return {
    seconds,
    writesPerApp: writes.length / fleet.length,
    statusWritesPerApp: writes.filter(({ resource }) => resource === 'memoapps').length / fleet.length,
    processorSeconds: field.operator.processorTime() - processor,
  };
}

async function edits(field: Field, fleet: readonly AppName[]): Promise<FleetResult['edit']> {
  const edited = fleet.slice(0, EDITED);
  const first = await editEach(field, edited, 'first');
  const next = await editEach(field, edited, 'next');
  // Of the next ones: the first write is the child's new content, not the claim to its fields.
  return {
    p50Ms: quantile(next.times, 0.5),
    p99Ms: quantile(next.times, 0.99),
    writesPerFirstEdit: first.writes / edited.length,
    writesPerEdit: next.writes / edited.length,
  };
}

/** One after the other. @returns milliseconds from edit to child, and the writes of all of them */
async function editEach(
  field: Field,
  apps: readonly AppName[],
  value: string,
): Promise<{ times: number[]; writes: number }> {
  const times: number[] = [];
  let writes = 0;
  for (const app of apps) {
    field.begin();
    await edit(field, app, value);
    await field.until(`edit of ${app.name}`, 60, () => deploymentWrites(field, app).length > 0);
    await field.quiet(0.15);
    times.push(lastAnswer(deploymentWrites(field, app).slice(0, 1)) - lastAnswer(editsOf(field, app)));
    writes += field.writes().length;
  }
  return { times, writes };
}

/** An edit of every MemoApp within ten seconds. */
export async function burstOfEdits(field: Field, fleet: readonly AppName[]): Promise<FleetResult['burst']> {
  await field.quiet(2);
  const before = await field.processorTimes();
  field.begin();
  const started = performance.now();
  const everyMs = (BURST_SECONDS * 1000) / fleet.length;
  await sideBySide([...fleet.entries()], async ([index, app]) => {
    const wait = started + index * everyMs - performance.now();
    if (wait > 0) await pause(wait);
    await edit(field, app, 'burst');
  });
  await field.until('the burst', 600, () => {
    return (
      new Set(
        field
          .writes()
          .filter(isDeployment)
          .map(({ name }) => name),
      ).size >= fleet.length
    );
  });
  const edited = new Map(
    field
      .asked()
      .filter(
        ({ resource, verb, subresource }) => resource === 'memoapps' && verb === 'patch' && subresource === undefined,
      )
      .filter(({ user }) => user !== field.contestant.user)
      .map(({ name, answered }) => [name, answered]),
  );
  const times = childWrites(field.writes().filter(isDeployment)).map(
    ({ name, answered }) => answered - (edited.get(name.replace(/-api$/, '')) ?? NaN),
  );
  const spent = await field.processorTimes();
  return {
    edits: fleet.length,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    operatorMs: ((spent.operator - before.operator) * 1000) / fleet.length,
    serverMs: ((spent.server - before.server) * 1000) / fleet.length,
  };
}

async function lostChildren(field: Field, fleet: readonly AppName[]): Promise<FleetResult['lostChild']> {
  await field.quiet(2);
  const times: number[] = [];
  let writes = 0;
  for (const app of fleet.slice(0, LOST)) {
    field.begin();
    await field.admin.delete(kindOf('v1', 'Service'), { namespace: app.namespace, name: `${app.name}-api` });
    const back = (): Asked[] =>
      field.writes().filter(({ resource, name }) => resource === 'services' && name === `${app.name}-api`);
    try {
      await field.until('the lost child', 10, () => back().length > 0);
    } catch {
      field.log('a lost child does not come back');
      return { p50Ms: NaN, writesPerChild: 0 };
    }
    const gone = field.asked().filter(({ verb, resource }) => verb === 'delete' && resource === 'services');
    times.push(lastAnswer(back()) - lastAnswer(gone));
    await field.quiet(0.2);
    writes += field.writes().length;
  }
  return { p50Ms: quantile(times, 0.5), writesPerChild: writes / times.length };
}

async function restarted(field: Field, fleet: readonly AppName[]): Promise<FleetResult['restart']> {
  const app = last(fleet);
  await field.quiet(2);
  const inChargeSeconds = await takeCharge(field, app);
  await field.quiet(10);
  // Those of the edit are not the restart's.
  const others = field
    .writes()
    .filter(({ namespace, name }) => namespace !== app.namespace || !name.includes(app.name));
  for (const { namespace, name, resource, subresource, verb } of others.slice(0, 5))
    field.log(`after the restart: ${verb} ${[resource, subresource].filter(Boolean).join('/')} ${namespace}/${name}`);
  return { inChargeSeconds, writes: others.length };
}

/** Ends it and starts it again. @returns seconds until an edit that came meanwhile is in the child */
export async function takeCharge(field: Field, app: AppName, options?: StartOptions): Promise<number> {
  await field.operator.stop();
  field.begin();
  field.operator = await field.contestant.start(field.cluster, options);
  const { started } = field.operator;
  await edit(field, app, 'restart');
  await field.until('in charge again', 300, () => deploymentWrites(field, app).length > 0);
  return (lastAnswer(deploymentWrites(field, app).slice(0, 1)) - started) / 1000;
}

async function restartedApiServer(field: Field, fleet: readonly AppName[]): Promise<FleetResult['apiServerRestart']> {
  const app = last(fleet);
  const { restarts } = field;
  const stopped = performance.now();
  await field.cluster.restart('kube-apiserver');
  const awaySeconds = (performance.now() - stopped) / 1000;
  field.begin();
  await field.until('an accepted edit', 60, async () => {
    return await edit(field, app, 'api-server').then(
      () => true,
      () => false,
    );
  });
  await field.until('the edit after the restart', 300, () => deploymentWrites(field, app).length > 0);
  const editSeconds = (lastAnswer(deploymentWrites(field, app).slice(0, 1)) - lastAnswer(editsOf(field, app))) / 1000;
  return { awaySeconds, editSeconds, processRestarts: field.restarts - restarts };
}

/** One field that shows in one child. */
export async function edit(field: Field, { namespace, name }: AppName, value: string): Promise<void> {
  const body = { spec: { api: { pod: { annotations: { bench: value } } } } };
  await field.admin.patch(memoAppKind, { namespace, name }, { type: 'merge', body }, { fieldManager: 'bench' });
}

function editsOf(field: Field, app: AppName): Asked[] {
  return field
    .asked()
    .filter(
      (asked) =>
        asked.user !== field.contestant.user &&
        asked.resource === 'memoapps' &&
        asked.verb === 'patch' &&
        asked.name === app.name &&
        asked.namespace === app.namespace &&
        asked.code < 400,
    );
}

function deploymentWrites(field: Field, app: AppName): Asked[] {
  return field
    .writes()
    .filter((write) => isDeployment(write) && write.namespace === app.namespace && write.name === `${app.name}-api`);
}

function isDeployment({ resource, subresource }: Asked): boolean {
  return resource === 'deployments' && subresource === undefined;
}

export function last(fleet: readonly AppName[]): AppName {
  const app = fleet.at(-1);
  if (app === undefined) throw new Error('an empty fleet');
  return app;
}
