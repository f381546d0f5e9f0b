/** Rate, errors and duration per route pattern; never per path. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../db/database.ts';

export interface Metrics {
  readonly registry: Registry;
  request(method: string, route: string, status: number, seconds: number): void;
}

export function serviceMetrics(database: Database): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the end of the reply; status 499: the client went away before it began, 5xx also: we cut it',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  new Gauge({
    name: 'memo_database_connections',
    help: 'Connections of this process by state',
    labelNames: ['state'],
    registers,
    collect() {
      const { idle, open, waiting } = database.stats();
      this.set({ state: 'open' }, open);
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  const counter = (name: string, help: string, value: () => number): Counter =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        // What the database has counted so far, not more of it.
        this.reset();
        this.inc(value());
      },
    });
  counter(
    'memo_database_deadlocks_total',
    'Transactions that lost against another one, by a deadlock or a lock that was held; most are run again',
    () => database.stats().deadlocks,
  );
  counter(
    'memo_database_deadline_cuts_total',
    'Connections that were cut because an operation on them took longer than its deadline',
    () => database.stats().deadlineCuts,
  );
  return {
    registry,
    request: (method, route, status, seconds) => requests.observe({ method, route, status: String(status) }, seconds),
  };
}
