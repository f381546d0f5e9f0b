/** Secrets and ConfigMaps that a spec names, as an admin makes and changes them in the namespace `default`. */
import { watchLabel } from '../../../operator/src/api/labels.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';

type OthersKind = 'Secret' | 'ConfigMap';
type Data = Readonly<Record<string, string>>;

export class OthersObjects {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** @param watched what the operator's label says; absent: it is not labelled */
  async make(kind: OthersKind, name: string, data: Data, watched?: string): Promise<void> {
    const labels = watched === undefined ? {} : { [watchLabel]: watched };
    const content = contentOf(kind, data);
    // As `kubectl apply` leaves it.
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(content) };
    const metadata = { namespace: 'default', name, labels, annotations };
    await this.#client.create({ apiVersion: 'v1', kind, metadata, ...content });
  }

  async change(kind: OthersKind, name: string, data: Data): Promise<void> {
    const target = { namespace: 'default', name };
    await this.#client.patch({ apiVersion: 'v1', kind }, target, { type: 'merge', body: contentOf(kind, data) });
  }
}

function contentOf(kind: OthersKind, data: Data): Readonly<Record<string, Data>> {
  return kind === 'Secret' ? { stringData: data } : { data };
}
