/** The ten changes, in the order of the day. */
import { autoscaler } from './entries/autoscaler.ts';
import { externalDatabase } from './entries/external-database.ts';
import { gateway } from './entries/gateway.ts';
import { heap } from './entries/heap.ts';
import { reCreate } from './entries/re-create.ts';
import { redis } from './entries/redis.ts';
import { secondApp } from './entries/second-app.ts';
import { stop } from './entries/stop.ts';
import { storageClass } from './entries/storage-class.ts';
import { wrongImage } from './entries/wrong-image.ts';
import type { Entry } from './entries/entry.ts';

export const entries: readonly Entry[] = [
  autoscaler,
  gateway,
  redis,
  externalDatabase,
  storageClass,
  wrongImage,
  heap,
  stop,
  reCreate,
  secondApp,
];
