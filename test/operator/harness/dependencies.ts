/** What passes work with, over a client that a test has made: for faults that a real API server cannot be asked for. */
import { randomBytes } from 'node:crypto';
import { appliedHashAnnotation } from '../../../operator/src/api/labels.ts';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { fieldManager, type Dependencies } from '../../../operator/src/reconcile/dependencies.ts';
import { byApp, indexByApp } from '../../../operator/src/reconcile/observe/observe.ts';
import { Shortages } from '../../../operator/src/reconcile/observe/shortages.ts';
import { StartWarningWatch } from '../../../operator/src/reconcile/observe/start-warning-watch.ts';
import { StoreHealthWatch } from '../../../operator/src/reconcile/observe/store-health.ts';
import { CredentialCache } from '../../../operator/src/reconcile/secrets/credential-cache.ts';
import { byReference, indexByReference } from '../../../operator/src/reconcile/secrets/watched-references.ts';
import { Applier } from '../../../operator/src/runtime/apply/applier.ts';
import { StatusWriter } from '../../../operator/src/runtime/apply/status.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import type { Clock } from '../../../operator/src/runtime/clock.ts';
import { EventRecorder } from '../../../operator/src/runtime/events/recorder.ts';
import { silent } from '../../../operator/src/runtime/log.ts';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import { Informers } from '../../../operator/src/runtime/watch/informers.ts';
import { watchedKinds } from '../../../operator/src/stack/kinds.ts';
import { memoAppKind } from './client.ts';

/** As `main.ts` makes them. The informers have not been started. */
export function dependenciesOn(client: ApiClient, clock: Clock): Dependencies {
  const informers = new Informers({ client, fieldManagers: [fieldManager] });
  const indices = { [byReference]: indexByReference };
  const apps = informers.add(memoAppKind, { indices });
  for (const watched of watchedKinds)
    informers.add(kindOf(watched.apiVersion, watched.kind), { indices: { [byApp]: indexByApp } });
  const ask = (): Promise<never> => Promise.reject(new Error('nobody is there'));
  return {
    apps,
    informers,
    client,
    applier: new Applier({ client, informers, fieldManager, hashAnnotation: appliedHashAnnotation }),
    statuses: new StatusWriter<MemoApp>({ client, store: apps, fieldManager }),
    events: new EventRecorder({ client, controller: 'test', instance: 'test' }),
    credentials: new CredentialCache(),
    storeHealth: new StoreHealthWatch({ ask, onChange: () => undefined, clock, random: () => 0.5 }),
    shortages: new Shortages(clock),
    startWarnings: new StartWarningWatch(clock),
    operator: { release: '0.1.0' },
    now: () => clock.date(),
    random: randomBytes,
    log: silent,
  };
}
