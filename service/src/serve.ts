/** The `serve` command: everything that runs in a pod of the API, wired top to bottom. */
import { openRedisCache } from './cache/redis-cache.ts';
import type { InvalidationJournal } from './cache/redis-cache.ts';
import { uncached } from './cache/uncached.ts';
import { ChangeFeed } from './changes/feed.ts';
import { createApp } from './app.ts';
import { Tokens } from './auth/tokens.ts';
import type { DatabaseBoundConfig } from './config.ts';
import { Database } from './db/database.ts';
import { SCHEMA_VERSION, schemaVersion } from './db/schema.ts';
import { openEvents } from './events/events.ts';
import { KafkaReach } from './events/kafka/reach.ts';
import { Health } from './health/health.ts';
import { nativeClasses } from './http/native.ts';
import { apiServer, closeGently, listen } from './lifecycle.ts';
import { openLimiter } from './limits/limiter.ts';
import { managementServer } from './management.ts';
import { backfill } from './memos/adoption/backfill.ts';
import { KEYS_PURGE } from './memos/storage/idempotency.ts';
import { PortionSize } from './memos/listing/portion-size.ts';
import { TagIndex } from './memos/listing/tag-index.ts';
import { rowReader } from './memos/storage/rows.ts';
import { MemoSearch } from './memos/search/search.ts';
import { MemoStore } from './memos/storage/store.ts';
import { recentWrites } from './memos/storage/outbox.ts';
import { TRASH_PURGE } from './memos/storage/trash.ts';
import type { LogOutput } from './observability/log.ts';
import { serviceMetrics } from './observability/metrics.ts';
import { pauseUnless } from './waiting.ts';

/**
 * Resolves once the process has been asked to stop and has done so.
 * @param stopped the signal that asks for it
 * @throws CannotListen, with nothing left open
 */
export async function serve(
  config: DatabaseBoundConfig,
  { log, logRequest }: LogOutput,
  stopped: Promise<NodeJS.Signals>,
): Promise<void> {
  const database = new Database(config.database);
  const metrics = serviceMetrics(database);
  const readRow = rowReader(config.database.timeZone);
  const journal: InvalidationJournal = { recent: (ms) => recentWrites(database, ms) };
  const from = { database: config.database.url, journal };
  const redis = config.cache && openRedisCache({ ...config.cache, ...from, register: metrics.registry, log });
  const cache = redis ?? uncached();
  const reach = config.events && new KafkaReach(config.events, log);
  const health = new Health(
    {
      database: () => database.health(),
      ...(redis && { redis: () => redis.health() }),
      ...(reach && { kafka: () => reach.health() }),
    },
    () => new Date(),
  );
  const { registry } = metrics;
  const purges = [TRASH_PURGE, KEYS_PURGE];
  const events = openEvents({ config, database, ...(redis && { cache: redis }), registry, log, purges });
  const feed = new ChangeFeed({ database, registry, log });
  const written = {
    database,
    onEvent: () => {
      events.changed();
      feed.changed();
    },
  };
  const streams = new AbortController();
  let draining = false;
  let schemaSeen = false;
  const tokens = config.auth && new Tokens(config.auth, log, () => new Date());
  const limiter = openLimiter({
    rates: config.rateLimits,
    redis: config.cache,
    registry: metrics.registry,
    log,
  });
  const app = createApp({
    http: config.http,
    ...(tokens && { tokens }),
    ...(limiter && { limiter }),
    memos: {
      store: new MemoStore({ ...written, readRow }),
      search: new MemoSearch(database),
      pages: { database, readRow, portion: new PortionSize(), tags: new TagIndex(database) },
      cache,
      imports: { ...written, stop: streams.signal },
      changes: { feed, now: () => new Date(), stop: streams.signal },
      maxContentBytes: config.http.maxContentBytes,
      requestMs: config.http.requestTimeoutMs,
    },
    health,
    metrics,
    log,
    logRequest,
    draining: () => draining,
  });
  const notReady = (): string | undefined => {
    if (draining) return 'draining';
    return schemaSeen ? undefined : 'the schema has not been seen yet: has the migration run?';
  };
  const api = apiServer(app, nativeClasses(app), { requestMs: config.http.requestTimeoutMs });
  const management = managementServer({ health, metrics, notReady, log });
  const close = async (): Promise<void> => {
    await Promise.all([cache.close(), limiter?.close(), reach?.close()]);
    await database.close();
    management.close();
    management.closeAllConnections();
  };
  try {
    const managementPort = await listen(management, config.http.host, config.http.managementPort, 'MANAGEMENT_PORT');
    const port = await listen(api, config.http.host, config.http.port, 'PORT');
    log.info({ 'server.port': port, 'management.port': managementPort }, 'listening');
  } catch (error) {
    await close();
    throw error;
  }

  const stop = new AbortController();
  const background = whenMigrated(database, stop.signal).then(async (seen) => {
    schemaSeen = seen;
    if (seen) await Promise.all([backfill({ database, readRow, log }, stop.signal), events.run(stop.signal)]);
  });

  const signal = await stopped;
  log.info({ 'process.signal': signal }, 'stopping');
  draining = true;
  await closeGently(api, config.http.shutdownDelayMs, () => streams.abort());
  stop.abort();
  await background;
  await close();
}

/** Looks twice a second until the schema of this release, or a newer one, is there. False: stopped before. */
async function whenMigrated(database: Database, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    try {
      if ((await database.withConnection(schemaVersion)) >= SCHEMA_VERSION) return true;
    } catch {
      // The database is away or empty: both pass, and /health says which store is missing.
    }
    await pauseUnless(stop, 500);
  }
  return false;
}
