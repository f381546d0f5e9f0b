/** The supervisor's own client of the API server: a few requests, as the cluster's admin. */
import { Agent, request } from 'node:https';

import type { Certificate } from '../certificates/certificate.ts';
import { API_PORT } from './addresses.ts';

/** An object as it is sent: what it means is the API server's affair. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string } & Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Kinds whose plural is not the kind in lower case with an s. */
const PLURALS: Readonly<Record<string, string>> = {
  StorageClass: 'storageclasses',
  IngressClass: 'ingressclasses',
  GatewayClass: 'gatewayclasses',
  APIService: 'apiservices',
};

const DEADLINE_MILLISECONDS = 10_000;

export class ApiClient {
  readonly #agent: Agent;

  constructor(authority: string, client: Certificate) {
    this.#agent = new Agent({ keepAlive: true, ca: authority, cert: client.certificate, key: client.key });
  }

  async send(method: string, path: string, body?: string, contentType = 'application/json'): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: this.#agent,
          host: '127.0.0.1',
          port: API_PORT,
          method,
          path,
          timeout: DEADLINE_MILLISECONDS,
          headers: body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) },
        },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }));
          incoming.once('error', reject);
        },
      );
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${path} in time`)));
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  /**
   * Server-side apply.
   * @throws Error with the API server's own words.
   */
  async apply(object: Manifest): Promise<void> {
    await this.#apply(objectPath(object), JSON.stringify(object));
  }

  /** Applies a custom resource definition as it is written in its file. */
  async applyDefinition(name: string, yaml: string): Promise<void> {
    await this.#apply(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, yaml);
  }

  async #apply(path: string, body: string): Promise<void> {
    const query = '?fieldManager=local-cluster&force=true';
    const answer = await this.send('PATCH', path + query, body, 'application/apply-patch+yaml');
    if (answer.status >= 300) throw new Error(`the API server refused ${path}: ${answer.status} ${answer.body}`);
  }
}

export function objectPath({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${namespace}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}`;
}
