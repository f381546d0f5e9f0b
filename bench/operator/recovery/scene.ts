/** An operator behind a proxy, with one stack at rest whose Service is taken away again and again. */
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { isNotFound } from '../../../operator/src/runtime/client/error.ts';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import type { Cluster } from '../../../test/cluster/cluster.ts';
import type { ApiProxy } from '../../../test/operator/faults/api-proxy.ts';
import { memoAppKind } from '../../../test/operator/harness/client.ts';
import { launchOperator, type RunningOperator } from '../../../test/operator/harness/operator.ts';
import { askForStack, atRest } from '../../../test/operator/harness/rest.ts';
import { until } from '../../../test/operator/harness/until.ts';

const serviceKind = kindOf('v1', 'Service');
const namespace = 'recovery';
const child = { namespace, name: 'shop-api' };
const MOST_SECONDS = 120;

/** What goes wrong, from its beginning to its end. It takes the child away when it should be missed. */
export type Strike = (scene: Scene) => Promise<void>;

type Parts = Pick<Scene, 'cluster' | 'client' | 'proxy'>;

export class Scene {
  readonly cluster: Cluster;
  /** Of the admin, past the proxy. */
  readonly client: ApiClient;
  readonly proxy: ApiProxy;
  #operators: RunningOperator[] = [];
  #lost: string | undefined;

  constructor({ client, cluster, proxy }: Parts) {
    this.client = client;
    this.cluster = cluster;
    this.proxy = proxy;
  }

  async open(): Promise<void> {
    const operator = await this.launch('first');
    await operator.leads();
    await askForStack(this.client, namespace);
    await atRest(this.client, namespace, operator);
  }

  async close(): Promise<void> {
    await Promise.all(this.#operators.map(async (operator) => await operator.stop('SIGKILL')));
  }

  /** Seconds from the end of the fault until the child is back. */
  async recovery(strike: Strike): Promise<number> {
    this.#lost = undefined;
    await strike(this);
    const over = performance.now();
    await until('the lost child', async () => await this.#isBack(), MOST_SECONDS);
    const seconds = (performance.now() - over) / 1000;
    // What else the fault has left undone is not to be charged to the next.
    await atRest(this.client, namespace, this.operator);
    return seconds;
  }

  /** Takes the child away. */
  async lose(): Promise<void> {
    const { metadata } = await this.client.get(serviceKind, child);
    this.#lost = metadata.uid;
    await this.client.delete(serviceKind, child);
  }

  /** The one that leads, or is to lead next. */
  get operator(): RunningOperator {
    const [operator] = this.#operators;
    if (!operator) throw new Error('no operator runs');
    return operator;
  }

  /** Starts one more operator; it stands by while another leads. */
  async launch(identity: string): Promise<RunningOperator> {
    const { kubeconfig } = this.proxy;
    const operator = await launchOperator({ kubeconfig, identity, resyncMinutes: 0.05 });
    this.#operators.push(operator);
    return operator;
  }

  /** Ends the operator that leads. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const leader = this.#operators.shift();
    await leader?.stop(signal);
  }

  /** Resolves when the API server answers the admin. */
  async answers(): Promise<void> {
    await until('an API server that answers', async () => await this.client.list(memoAppKind), MOST_SECONDS);
  }

  async #isBack(): Promise<boolean> {
    try {
      const { metadata } = await this.client.get(serviceKind, child);
      return metadata.uid !== this.#lost;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}
