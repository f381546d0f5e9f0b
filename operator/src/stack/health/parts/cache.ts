/** `CacheReady`: True once the pod answers PING. Without it `Ready` waits, but `APIAvailable` does not: the app serves from the database. */
import { isTrue, type Condition } from '../../../api/conditions.ts';
import { names } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import { cacheConnection } from '../../api/connections.ts';
import type { Observed } from '../../observed.ts';
import { externalReady } from './external.ts';
import { statefulReady } from './statefulset.ts';

export function cacheReady(app: ResolvedApp, observed: Observed): Condition {
  const { cache } = app;
  if (cache.mode === 'disabled') return isTrue('CacheReady', Reason.NotConfigured, 'spec.cache is disabled');
  if (cache.mode === 'external') {
    const title = `Redis at ${cache.url}`;
    return externalReady(
      app,
      { type: 'CacheReady', service: 'redis', title, connection: cacheConnection(app) },
      observed,
    );
  }
  const title = `Redis ${cache.image.tag}`;
  return statefulReady(
    app,
    { type: 'CacheReady', part: 'cache', name: names(app).cache, replicas: 1, image: cache.image, title },
    observed,
  );
}
