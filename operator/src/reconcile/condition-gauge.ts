/** The conditions of all MemoApps as one gauge, for alerts that no one has to ask the API server for. */
import { Gauge } from 'prom-client';
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import type { ConditionStatus } from '../api/conditions.ts';
import type { MemoApp } from '../api/memoapp.ts';
import type { ObjectStore } from '../runtime/watch/object-store.ts';

type Label = 'namespace' | 'name' | 'type';

const values: Readonly<Record<ConditionStatus, number>> = { True: 1, False: 0, Unknown: -1 };

interface Source {
  readonly apps: Pick<ObjectStore<MemoApp>, 'list'>;
  /** Every replica sees the MemoApps; if each told of them, sums would count them twice. */
  readonly leads: () => boolean;
}

/** `memo_app_condition`: 1 True, 0 False, -1 Unknown, for each condition that is in the status. */
export function registerConditionGauge(registry: Registry, source: Source): void {
  registry.registerMetric(new ConditionGauge(source));
}

/** Made out of the store at every scrape: thousands of series are neither kept nor ever out of date. */
class ConditionGauge extends Gauge<Label> {
  readonly #source: Source;

  constructor(source: Source) {
    super({
      name: 'memo_app_condition',
      help: 'The conditions of each MemoApp: 1 True, 0 False, -1 Unknown; one that is not in the status has no series',
      labelNames: ['namespace', 'name', 'type'],
      registers: [],
    });
    this.#source = source;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<Label>>> {
    return { ...(await super.get()), values: this.#source.leads() ? [...this.#series()] : [] };
  }

  *#series(): Generator<MetricValue<Label>> {
    for (const { metadata, status } of this.#source.apps.list()) {
      const { name, namespace = '' } = metadata;
      for (const condition of status?.conditions ?? []) {
        yield { labels: { namespace, name, type: condition.type }, value: values[condition.status] };
      }
    }
  }
}
