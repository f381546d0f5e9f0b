/** What a pass works with. `main.ts` makes it; tests make it with the parts they want to see. */
import type { MemoApp } from '../api/memoapp.ts';
import type { ClusterFacts } from '../api/resolved.ts';
import type { Applier } from '../runtime/apply/applier.ts';
import type { StatusWriter } from '../runtime/apply/status.ts';
import type { ApiClient } from '../runtime/client/client.ts';
import type { EventRecorder } from '../runtime/events/recorder.ts';
import type { Informers } from '../runtime/watch/informers.ts';
import type { Log } from '../runtime/log.ts';
import type { ObjectStore } from '../runtime/watch/object-store.ts';
import type { Random } from '../stack/credentials.ts';
import type { CredentialCache } from './secrets/credential-cache.ts';
import type { Shortages } from './observe/shortages.ts';
import type { StartWarningWatch } from './observe/start-warning-watch.ts';
import type { StoreHealthWatch } from './observe/store-health.ts';

export interface Dependencies {
  readonly apps: ObjectStore<MemoApp>;
  readonly informers: Informers;
  /** Its writes throw once the lease may have lapsed. */
  readonly client: ApiClient;
  readonly applier: Applier;
  readonly statuses: StatusWriter<MemoApp>;
  readonly events: EventRecorder;
  readonly credentials: CredentialCache;
  readonly storeHealth: StoreHealthWatch;
  readonly shortages: Shortages;
  readonly startWarnings: StartWarningWatch;
  /** The memo service release installed where none is asked for, and where the operator runs. */
  readonly operator: Pick<ClusterFacts, 'release' | 'operatorNamespace'>;
  readonly now: () => Date;
  readonly random: Random;
  readonly log: Log;
}

/** The field manager of everything the operator applies. */
export const fieldManager = 'memo-operator';
