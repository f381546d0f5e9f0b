/** A namespace with one MemoApp in it, and the ways in which a test brings it into a state: as an admin, or as the kubelet. */
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import { selector, type Part } from '../../../operator/src/api/labels.ts';
import type { ConditionType, StoredCondition } from '../../../operator/src/api/conditions.ts';
import type { MemoApp, MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { apiVersion, kind } from '../../../operator/src/api/names.ts';
import type { ApiClient, Patch } from '../../../operator/src/runtime/client/client.ts';
import { kindOf, type Kind, type KubeObject } from '../../../operator/src/runtime/object.ts';
import type { StoreHealth } from '../../../operator/src/stack/observed.ts';
import { memoAppKind } from '../harness/client.ts';
import { reportStores, type StoreReport } from '../harness/store-report.ts';
import { until } from '../harness/until.ts';
import { readyMadeVolumes, slowVolume } from '../harness/volumes.ts';

const podKind = kindOf<KubeObject & Pod & { metadata: KubeObject['metadata'] }>('v1', 'Pod');
type EventOfApp = KubeObject & { type?: string; reason?: string; note?: string; regarding?: { kind?: string } };
const eventKind = kindOf<EventOfApp>('events.k8s.io/v1', 'Event');
const ingressKind = kindOf('networking.k8s.io/v1', 'Ingress');
const name = 'shop';

/** A class whose controller is a test. */
export const ingressClass: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'by-hand' },
  spec: { controller: 'example.com/by-hand' },
};

/** Seconds until something that is asked for has to be there: three dozen stacks come up side by side. */
export const patience = 90;

export interface Asked {
  readonly spec: MemoAppSpec;
  /** Further metadata of the MemoApp. */
  readonly metadata?: { readonly annotations?: Record<string, string>; readonly finalizers?: string[] };
  /** Of the namespace. */
  readonly labels?: Record<string, string>;
  /** Other objects of the namespace, there before the MemoApp. */
  readonly before?: readonly KubeObject[];
  /** How many volumes there are to claim. Absent: one. */
  readonly volumes?: number;
}

export class Place {
  readonly namespace: string;
  readonly #client: ApiClient;
  /** The version of the MemoApp as it was made. */
  #made: string | undefined;
  #report: StoreReport | undefined;

  constructor(client: ApiClient, namespace: string) {
    this.#client = client;
    this.namespace = namespace;
  }

  /** Makes the namespace, what is to be in it, and last the MemoApp. */
  async ask({ before = [], labels, metadata, spec, volumes = 1 }: Asked): Promise<void> {
    const { namespace } = this;
    const space = { name: namespace, ...(labels && { labels }) };
    await this.#client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: space });
    const numbered = readyMadeVolumes(volumes, namespace);
    const inside = before.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
    await Promise.all([...numbered, ...inside].map(async (object) => await this.#client.create(object)));
    const made = await this.#client.create({ apiVersion, kind, metadata: { ...metadata, name, namespace }, spec });
    this.#made = (made as KubeObject).metadata.resourceVersion;
  }

  async memoApp(): Promise<MemoApp> {
    return await this.#client.get(memoAppKind, { namespace: this.namespace, name });
  }

  /** The conditions as they were told first, however long ago. */
  async firstTold(): Promise<readonly StoredCondition[]> {
    const { signal } = new AbortController();
    const asked = {
      namespace: this.namespace,
      fieldSelector: `metadata.name=${name}`,
      timeoutSeconds: patience,
      signal,
    };
    const since = this.#made === undefined ? {} : { resourceVersion: this.#made };
    for await (const changes of this.#client.watch(memoAppKind, { ...asked, ...since })) {
      for (const { object } of changes) {
        const { conditions } = (object as MemoApp).status ?? {};
        if (conditions) return conditions;
      }
    }
    throw new Error(`nothing was ever told in ${this.namespace}`);
  }

  /** The condition, once it is told with this reason. */
  async told(type: ConditionType, reason: string): Promise<StoredCondition> {
    let seen: MemoApp | undefined;
    try {
      return await until(
        `${type} ${reason} in ${this.namespace}`,
        async () => {
          seen = await this.memoApp();
          const conditions = seen.status?.conditions ?? [];
          return conditions.find((condition) => condition.type === type && condition.reason === reason);
        },
        patience,
      );
    } catch (error) {
      throw new Error(`${this.namespace}: ${JSON.stringify(seen?.status?.conditions, null, 1)}`, { cause: error });
    }
  }

  /** What was called wrong, at any time. */
  async warnings(): Promise<{ readonly reason: string; readonly note: string }[]> {
    const all = await this.#events();
    return all.filter(({ type }) => type === 'Warning').map(({ note = '', reason = '' }) => ({ reason, note }));
  }

  /** What the Events about the MemoApp say. */
  async notes(): Promise<string[]> {
    return (await this.#events()).map(({ note = '' }) => note);
  }

  async #events(): Promise<EventOfApp[]> {
    const { items } = await this.#client.list(eventKind, { namespace: this.namespace });
    return items.filter(({ regarding }) => regarding?.kind === kind);
  }

  async patch(of: Kind, object: string, patch: Patch): Promise<void> {
    const target = { namespace: this.namespace, name: object };
    await this.#client.patch(of, target, patch);
  }

  /** What the provisioner of the slow class would make. */
  async provision(claim: string): Promise<void> {
    await this.#client.create(slowVolume({ namespace: this.namespace, name: claim }));
  }

  /** What the Ingress controller would write: the Ingress has an address. */
  async publish(): Promise<void> {
    const { namespace } = this;
    const { metadata } = await until(
      `the Ingress of ${namespace}`,
      async () => (await this.#client.list(ingressKind, { namespace })).items[0],
      patience,
    );
    const body = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
    const target = { namespace, name: metadata.name };
    await this.#client.patch(ingressKind, target, { type: 'merge', body }, { subresource: 'status' });
  }

  /** Another spec in the place of the one that is there. */
  async edit(spec: MemoAppSpec): Promise<void> {
    const body = [{ op: 'replace' as const, path: '/spec', value: spec }];
    await this.patch(memoAppKind, name, { type: 'json', body });
  }

  async removeMemoApp(): Promise<void> {
    await this.remove(memoAppKind, name);
  }

  async remove(of: Kind, object: string): Promise<void> {
    await this.#client.delete(of, { namespace: this.namespace, name: object });
  }

  /** What the one pod of the API is to say of its stores, until {@link close}. */
  async answer(stores: StoreHealth): Promise<void> {
    const [pod = ''] = await this.pods('api');
    this.#report = await reportStores(() => stores);
    const { address } = this.#report;
    const body = { status: { podIP: address, podIPs: [{ ip: address }] } };
    const target = { namespace: this.namespace, name: pod };
    await this.#client.patch(podKind, target, { type: 'merge', body }, { subresource: 'status' });
  }

  close(): void {
    this.#report?.close();
  }

  /** The names of so many pods of a part, once each of them is ready. */
  async pods(part: Part, count = 1): Promise<string[]> {
    return (await this.#ready(part, count)).map(({ metadata }) => metadata.name);
  }

  /** What the kubelet, or the controller that attaches volumes, would say of the one pod of a part: in an Event of the older kind. */
  async warn(part: Part, reason: string, message: string): Promise<void> {
    const { namespace } = this;
    const [pod] = await this.#ready(part, 1);
    const { uid } = pod?.metadata ?? {};
    const involvedObject = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod?.metadata.name, uid };
    const lastTimestamp = new Date().toISOString().replace(/\.\d+/, '');
    const metadata = { namespace, name: `by-hand-${reason.toLowerCase()}` };
    const told = { type: 'Warning', reason, message, lastTimestamp, source: { component: 'by-hand' } };
    await this.#client.create({ apiVersion: 'v1', kind: 'Event', metadata, involvedObject, ...told });
  }

  /** What the kubelet would say of so many pods of a part, after each of them was ready. */
  async report(part: Part, status: Partial<ContainerStatus>, { of = 1, pods = 1 } = {}): Promise<void> {
    const ready = await this.#ready(part, of);
    await Promise.all(
      ready.slice(0, pods).map(async ({ metadata, spec }) => {
        const [container] = spec?.containers ?? [];
        const own = { name: container?.name, image: container?.image, imageID: '', ready: false, restartCount: 0 };
        const conditions = ['Initialized', 'PodScheduled', 'ContainersReady', 'Ready'].map((type) => ({
          type,
          status: type.endsWith('Ready') ? 'False' : 'True',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        }));
        const body = { status: { conditions, containerStatuses: [{ ...own, ...status }] } };
        const target = { namespace: this.namespace, name: metadata.name };
        await this.#client.patch(podKind, target, { type: 'merge', body }, { subresource: 'status' });
      }),
    );
  }

  async #ready(part: Part, count: number): Promise<(KubeObject & Pod)[]> {
    const labelSelector = Object.entries(selector({ name }, part))
      .map((pair) => pair.join('='))
      .join(',');
    return await until(
      `${count} ready pods of ${part} in ${this.namespace}`,
      async () => {
        const { items } = await this.#client.list(podKind, { namespace: this.namespace, labelSelector });
        const ready = items.filter(({ status }) => status?.conditions?.some(isReady));
        return ready.length === count ? ready : undefined;
      },
      patience,
    );
  }
}

function isReady({ status, type }: { readonly status: string; readonly type: string }): boolean {
  return type === 'Ready' && status === 'True';
}
