/** The operator: options, client, stores, controller, health server, stop. Reads top to bottom. */
import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import process from 'node:process';
import { pino } from 'pino';
import { apiVersion, group, kind, ports } from './api/names.ts';
import type { MemoApp } from './api/memoapp.ts';
import { appLabel, appliedHashAnnotation } from './api/labels.ts';
import { parseOptions } from './options.ts';
import { registerConditionGauge } from './reconcile/condition-gauge.ts';
import { fieldManager } from './reconcile/dependencies.ts';
import { CredentialCache } from './reconcile/secrets/credential-cache.ts';
import { memoAppReconciler } from './reconcile/memoapp.ts';
import { appKeysOf, byApp, indexByApp } from './reconcile/observe/observe.ts';
import { Shortages } from './reconcile/observe/shortages.ts';
import { StartWarningWatch } from './reconcile/observe/start-warning-watch.ts';
import { askHealth, StoreHealthWatch } from './reconcile/observe/store-health.ts';
import { replicasManager } from './reconcile/children/replicas.ts';
import { byReference, indexByReference, watchReferences } from './reconcile/secrets/watched-references.ts';
import { urgencyOf } from './reconcile/urgency.ts';
import { Applier } from './runtime/apply/applier.ts';
import { StatusWriter } from './runtime/apply/status.ts';
import { connect } from './runtime/client/connect.ts';
import { inPod, podNamespace } from './runtime/client/credentials.ts';
import { fromKubeconfig } from './runtime/client/kubeconfig.ts';
import { systemClock } from './runtime/clock.ts';
import { EventRecorder } from './runtime/events/recorder.ts';
import { Elector } from './runtime/lease/elector.ts';
import { collector, giveMemoryBack } from './runtime/memory.ts';
import { RuntimeMetrics } from './runtime/metrics.ts';
import { kindOf, parseKey } from './runtime/object.ts';
import { serve } from './runtime/server.ts';
import { stopInOrder, untilSignalled } from './runtime/stop.ts';
import { Informers } from './runtime/watch/informers.ts';
import { Controller } from './runtime/work/controller.ts';
import { passFields } from './runtime/work/pass-fields.ts';
import { watchedKinds } from './stack/kinds.ts';

/** The memo service release this operator installs where a MemoApp names none. */
const release = '0.1.0';

const options = parseOptions(process.argv);
const log = pino({ level: options.logLevel, base: { service: 'memo-operator' }, mixin: passFields });
const clock = systemClock;
const metrics = new RuntimeMetrics().withProcess();
const identity = process.env['POD_NAME'] ?? `${hostname()}-${process.pid}`;
const inside = inPod();
const leaseNamespace = options.leaseNamespace ?? (inside ? await podNamespace() : 'default');

const client = await connect({ credentials: inside ?? (await fromKubeconfig()), metrics, userAgent: 'memo-operator' });
const elector = new Elector({
  client,
  lease: { namespace: leaseNamespace, name: 'memo-operator' },
  identity,
  duration: options.leaseDurationSeconds * 1_000,
  renewDeadline: options.renewDeadlineSeconds * 1_000,
  retry: options.renewDeadlineSeconds * 200,
  log,
  metrics,
});
const writes = client.guarded(() => elector.assertLeading());

const { namespaces } = options;
const informers = new Informers({ client, log, metrics, fieldManagers: [fieldManager, replicasManager] });
const indices = { [byReference]: indexByReference };
const apps = informers.add(kindOf<MemoApp>(apiVersion, kind), { namespaces, indices });
registerConditionGauge(metrics.registry, { apps, leads: () => elector.leading });
// An operator of some namespaces has no rights beyond them.
const looksAt = watchedKinds.filter(({ scope }) => namespaces === undefined || scope === 'Namespaced');
for (const watched of looksAt) {
  const ofKind = kindOf(watched.apiVersion, watched.kind);
  if (watched.scope === 'Cluster') informers.add(ofKind, {});
  else {
    const { optional = false } = watched;
    const ofApps = { labelSelector: appLabel, indices: { [byApp]: indexByApp } };
    informers.add(ofKind, { namespaces, ...ofApps, optional, pack: true });
  }
}

const events = new EventRecorder({
  client: writes,
  controller: `${group}/operator`,
  instance: identity,
  log,
  metrics,
});
const storeHealth = new StoreHealthWatch({
  ask: (address) => askHealth(`http://${isIPv6(address) ? `[${address}]` : address}:${ports.management}/health`),
  onChange: (key) => controller.enqueue(key, 'low'),
  clock,
  random: Math.random,
});
const credentials = new CredentialCache();
const controller: Controller = new Controller({
  name: 'memoapp',
  workers: options.workers,
  resync: {
    every: options.resyncMinutes * 60_000,
    keys: () => {
      // A resync sees what no watch tells of.
      credentials.forgetAll();
      return apps.keys();
    },
  },
  log,
  metrics,
  reconcile: memoAppReconciler({
    apps,
    informers,
    client: writes,
    applier: new Applier({ client: writes, informers, fieldManager, hashAnnotation: appliedHashAnnotation, log }),
    statuses: new StatusWriter<MemoApp>({ client: writes, store: apps, fieldManager }),
    events,
    credentials,
    storeHealth,
    shortages: new Shortages(clock),
    startWarnings: new StartWarningWatch(clock),
    operator: { release, ...(inside && { operatorNamespace: await podNamespace() }) },
    now: () => clock.date(),
    random: (bytes) => randomBytes(bytes),
    log,
  }),
});

const lookAtAll = (): void => {
  for (const key of apps.keys()) controller.enqueue(key, 'low');
};
apps.subscribe((change) => controller.enqueue(change.key, urgencyOf(change)));
for (const watched of looksAt) {
  informers.store(kindOf(watched.apiVersion, watched.kind)).subscribe((change) => {
    const priority = change.origin === 'list' ? 'low' : 'high';
    // A class that comes or goes may be the one that a volume or a route waits for.
    if (watched.scope === 'Cluster') lookAtAll();
    for (const key of appKeysOf(change)) if (apps.has(key)) controller.enqueue(key, priority);
  });
}

// A kind that comes to be served brings no object with it.
informers.onServed(lookAtAll);
informers.onSeen((namespace) => {
  for (const key of apps.keys()) if (parseKey(key).namespace === namespace) controller.enqueue(key, 'low');
});

const references = new Informers({ client, log, metrics, awaited: false });
watchReferences({
  apps,
  informers: references,
  kinds: options.secretWatch ? ['Secret', 'ConfigMap'] : ['ConfigMap'],
  namespaces,
  onChange: (key, origin) => {
    credentials.forget(key);
    controller.enqueue(key, origin === 'list' ? 'low' : 'high');
  },
});

const server = await serve({
  port: options.healthPort,
  live: [['lease', () => elector.alive()]],
  ready: [['stores', () => informers.settled]],
  metrics,
});
const { secretWatch } = options;
log.info({ port: server.port, identity, namespaces: namespaces ?? 'all', secretWatch }, 'started');

const stop = new AbortController();
const ended = untilSignalled(['SIGTERM', 'SIGINT'], elector.lost).then((reason) => {
  stop.abort();
  return reason;
});
informers.start();
references.start();
const collect = collector();
if (collect) giveMemoryBack({ clock, busy: () => controller.busy, resident: () => process.memoryUsage.rss(), collect });
void elector.lookOn();
try {
  await informers.whenSettled(stop.signal);
  // Not before: one whose stores never come to be whole would hold the Lease idle.
  void elector.run();
  await elector.whenLeading(stop.signal);
  controller.start();
} catch (error) {
  if (!stop.signal.aborted) throw error;
}

const reason = await ended;
const orderly = reason === 'SIGTERM' || reason === 'SIGINT';
log.info({ reason }, 'stopping');
const code = await stopInOrder(log, clock, [
  ['not ready', 1_000, () => server.drain()],
  // Without the Lease a pass can write nothing more: no need to wait for its end.
  ['queue', 30_000, () => controller.stop(orderly ? 25_000 : 0)],
  ['health', 1_000, () => storeHealth.stop()],
  ['reflectors', 5_000, () => Promise.all([informers.stop(), references.stop()])],
  ['events', 5_000, () => events.flush()],
  ['lease', 5_000, () => elector.stop()],
  ['server', 1_000, () => server.close()],
  ['connections', 5_000, () => client.close()],
]);
process.exitCode = orderly ? code : 1;
