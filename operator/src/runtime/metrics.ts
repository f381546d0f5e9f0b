/** Metrics under the names of controller-runtime and client-go, so that stock dashboards and alerts work. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** How a pass ended. */
export type ReconcileResult = 'success' | 'requeue_after' | 'error' | 'terminal' | 'timeout';

/** What is read of a queue at every scrape. */
export interface MeasuredQueue {
  readonly depth: number;
  running(): [key: string, took: number][];
}

/** What the queue tells. Durations are in milliseconds, as everywhere but on the wire of the metrics. */
export interface QueueMetrics {
  watch(queue: MeasuredQueue): void;
  added(): void;
  retried(): void;
  taken(waited: number): void;
  worked(took: number): void;
}

/** What a controller tells. */
export interface ReconcileMetrics {
  workers(count: number): void;
  began(): void;
  passed(result: ReconcileResult, took: number): void;
}

const queueBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60];
const passBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Milliseconds after which a key that is still worked on gets a series of its own: a well one never does. */
const slow = 10_000;

/** Both are the queue's name: client-go's dashboards ask for the one, controller-runtime's for the other. */
type QueueLabel = 'name' | 'controller';
const queueLabels: QueueLabel[] = ['name', 'controller'];

function labelsOf(queue: string): Record<QueueLabel, string> {
  return { name: queue, controller: queue };
}

export class RuntimeMetrics {
  readonly registry: Registry;
  readonly #queues = new Map<string, MeasuredQueue>();
  readonly #adds: Counter<QueueLabel>;
  readonly #retries: Counter<QueueLabel>;
  readonly #waited: Histogram<QueueLabel>;
  readonly #worked: Histogram<QueueLabel>;
  readonly #passes: Counter<'controller' | 'result'>;
  readonly #errors: Counter<'controller'>;
  readonly #terminal: Counter<'controller'>;
  readonly #timeouts: Counter<'controller'>;
  readonly #time: Histogram<'controller'>;
  readonly #workers: Gauge<'controller'>;
  readonly #active: Gauge<'controller'>;
  readonly #requests: Counter<'code' | 'method' | 'host'>;
  readonly #leading: Gauge<'name'>;
  readonly #relists: Counter<'kind'>;
  readonly #refused: Gauge<'namespace' | 'kind'>;
  readonly #dropped: Counter;

  constructor(registry: Registry = new Registry()) {
    this.registry = registry;
    const registers = [registry];
    const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
      new Counter({ name, help, labelNames, registers });
    const gauge = <L extends string>(
      name: string,
      help: string,
      labelNames: L[],
      collect?: (this: Gauge<L>) => void,
    ): Gauge<L> => new Gauge({ name, help, labelNames, registers, ...(collect && { collect }) });
    const histogram = <L extends string>(
      name: string,
      help: string,
      labelNames: L[],
      buckets: number[],
    ): Histogram<L> => new Histogram({ name, help, labelNames, buckets, registers });

    const queues = this.#queues;
    function collectFrom(read: (queue: MeasuredQueue) => number) {
      return function (this: Gauge<QueueLabel>): void {
        for (const [name, queue] of queues) this.set(labelsOf(name), read(queue));
      };
    }
    gauge(
      'workqueue_depth',
      'Keys that are ready and wait for a worker',
      queueLabels,
      collectFrom((queue) => queue.depth),
    );
    gauge(
      'workqueue_unfinished_work_seconds',
      'Seconds that running passes have taken so far, together',
      queueLabels,
      collectFrom((queue) => queue.running().reduce((sum, [, took]) => sum + took, 0) / 1000),
    );
    gauge(
      'workqueue_longest_running_processor_seconds',
      'Seconds that the longest running pass has taken so far',
      queueLabels,
      collectFrom((queue) => Math.max(0, ...queue.running().map(([, took]) => took)) / 1000),
    );
    gauge(
      'workqueue_slow_processor_seconds',
      'Seconds that a running pass has taken so far, by its key, from 10 seconds on',
      [...queueLabels, 'key'],
      function () {
        this.reset();
        for (const [name, queue] of queues)
          for (const [key, took] of queue.running())
            if (took >= slow) this.set({ ...labelsOf(name), key }, took / 1000);
      },
    );
    this.#adds = counter('workqueue_adds_total', 'Keys added', queueLabels);
    this.#retries = counter('workqueue_retries_total', 'Keys added again after a failure', queueLabels);
    this.#waited = histogram(
      'workqueue_queue_duration_seconds',
      'How long a key was ready before it was taken',
      queueLabels,
      queueBuckets,
    );
    this.#worked = histogram(
      'workqueue_work_duration_seconds',
      'How long the work on a key took',
      queueLabels,
      queueBuckets,
    );
    this.#passes = counter('controller_runtime_reconcile_total', 'Passes by how they ended', ['controller', 'result']);
    this.#errors = counter('controller_runtime_reconcile_errors_total', 'Passes that failed', ['controller']);
    this.#terminal = counter('controller_runtime_terminal_reconcile_errors_total', 'Passes that failed for good', [
      'controller',
    ]);
    this.#timeouts = counter('controller_runtime_reconcile_timeouts_total', 'Passes that ran into their deadline', [
      'controller',
    ]);
    this.#time = histogram(
      'controller_runtime_reconcile_time_seconds',
      'How long a pass took',
      ['controller'],
      passBuckets,
    );
    this.#workers = gauge('controller_runtime_max_concurrent_reconciles', 'Workers of the controller', ['controller']);
    this.#active = gauge('controller_runtime_active_workers', 'Passes that run now', ['controller']);
    this.#requests = counter('rest_client_requests_total', 'Calls to the API server', ['code', 'method', 'host']);
    this.#leading = gauge('leader_election_master_status', 'Whether this process leads: 1 or 0', ['name']);
    this.#relists = counter('reflector_relists_total', 'Full lists of a kind, the first one included', ['kind']);
    this.#refused = gauge('reflector_refused', 'Namespaces that may not be looked at, by the kind that is refused: 1', [
      'namespace',
      'kind',
    ]);
    this.#dropped = counter('event_recorder_dropped_total', 'Events that were not sent', []);
  }

  /** Adds the process' own: CPU, memory, event loop lag. */
  withProcess(): this {
    collectDefaultMetrics({ register: this.registry });
    return this;
  }

  queue(name: string): QueueMetrics {
    const labels = labelsOf(name);
    return {
      watch: (queue) => this.#queues.set(name, queue),
      added: () => this.#adds.inc(labels),
      retried: () => this.#retries.inc(labels),
      taken: (waited) => this.#waited.observe(labels, waited / 1000),
      worked: (took) => this.#worked.observe(labels, took / 1000),
    };
  }

  reconcile(controller: string): ReconcileMetrics {
    return {
      workers: (count) => this.#workers.set({ controller }, count),
      began: () => this.#active.inc({ controller }),
      passed: (result, took) => {
        this.#active.dec({ controller });
        const failed = result === 'error' || result === 'terminal' || result === 'timeout';
        this.#passes.inc({ controller, result: failed ? 'error' : result });
        if (failed) this.#errors.inc({ controller });
        if (result === 'terminal') this.#terminal.inc({ controller });
        if (result === 'timeout') this.#timeouts.inc({ controller });
        this.#time.observe({ controller }, took / 1000);
      },
    };
  }

  /** One call to the API server; `code` is `<error>` when no answer came, as in client-go. */
  requested(method: string, code: number, host: string): void {
    this.#requests.inc({ method, host, code: code === 0 ? '<error>' : String(code) });
  }

  leading(name: string, leads: boolean): void {
    this.#leading.set({ name }, leads ? 1 : 0);
  }

  relisted(kind: string): void {
    this.#relists.inc({ kind });
  }

  /** A kind that the server refuses in a namespace has a series; one that it does not has none. */
  refused(namespace: string, kind: string, refused: boolean): void {
    if (refused) this.#refused.set({ namespace, kind }, 1);
    else this.#refused.remove({ namespace, kind });
  }

  /** One was too many, or the API server did not take it. */
  eventDropped(): void {
    this.#dropped.inc();
  }
}
