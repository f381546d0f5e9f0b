import { expect } from 'chai';
import { RuntimeMetrics } from './metrics.ts';

/** What dashboards and alerts for controller-runtime and client-go ask for, with the labels they ask by. */
const expected = {
  controller_runtime_reconcile_total: ['controller', 'result'],
  controller_runtime_reconcile_errors_total: ['controller'],
  controller_runtime_terminal_reconcile_errors_total: ['controller'],
  controller_runtime_reconcile_timeouts_total: ['controller'],
  controller_runtime_reconcile_time_seconds: ['controller'],
  controller_runtime_max_concurrent_reconciles: ['controller'],
  controller_runtime_active_workers: ['controller'],
  workqueue_depth: ['controller', 'name'],
  workqueue_adds_total: ['controller', 'name'],
  workqueue_retries_total: ['controller', 'name'],
  workqueue_queue_duration_seconds: ['controller', 'name'],
  workqueue_work_duration_seconds: ['controller', 'name'],
  workqueue_unfinished_work_seconds: ['controller', 'name'],
  workqueue_longest_running_processor_seconds: ['controller', 'name'],
  rest_client_requests_total: ['code', 'host', 'method'],
  leader_election_master_status: ['name'],
};

describe('the metrics', () => {
  it("have controller-runtime's names and labels", async () => {
    const metrics = new RuntimeMetrics();
    const queue = metrics.queue('memoapp');
    queue.watch({ depth: 1, running: () => [['shop/memo', 1_000]] });
    queue.added();
    queue.retried();
    queue.taken(1);
    queue.worked(1);
    const passes = metrics.reconcile('memoapp');
    passes.workers(8);
    for (const result of ['error', 'terminal', 'timeout'] as const) {
      passes.began();
      passes.passed(result, 1);
    }
    metrics.requested('GET', 0, 'api');
    metrics.leading('memo-operator', true);
    const shown = new Map<string, string[]>();
    for (const { name, values } of await metrics.registry.getMetricsAsJSON()) {
      const labels = Object.keys(values[0]?.labels ?? {}).filter((label) => label !== 'le');
      shown.set(name, labels.toSorted());
    }
    for (const [name, labels] of Object.entries(expected)) expect(shown.get(name), name).to.deep.equal(labels);
  });
});
