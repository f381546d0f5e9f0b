/** The {@link ApiClient} over HTTP. */
import type { Clock, Random } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { RuntimeMetrics } from '../metrics.ts';
import { describeObject } from '../object.ts';
import type { Kind, KubeList, KubeObject, ObjectName } from '../object.ts';
import { connectionError, parseJson, readError } from './answer.ts';
import { Caller } from './caller.ts';
import type { Call } from './caller.ts';
import type {
  ApiClient,
  CallOptions,
  ListOptions,
  Patch,
  Resource,
  Scope,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client.ts';
import type { ApplyOptions, DeleteOptions } from './client.ts';
import type { CredentialSource } from './credentials.ts';
import { ApiError } from './error.ts';
import { lineBatches } from './lines.ts';
import type { Query, Target } from './path.ts';
import { resourcePath } from './path.ts';
import { Transport } from './transport.ts';

export interface ConnectOptions {
  credentials: CredentialSource;
  metrics?: RuntimeMetrics;
  /** Sent as `User-Agent`; the audit log shows it. */
  userAgent?: string;
  /** Calls at the same time; watches have connections of their own. Default 32. */
  connections?: number;
  clock?: Clock;
  random?: Random;
}

/** Reads the credentials once, so that a wrong configuration shows here, and answers the client. Opens no connection yet. */
export async function connect(options: ConnectOptions): Promise<ApiClient> {
  const clock = options.clock ?? systemClock;
  const transport = new Transport(options.credentials, clock, options.connections ?? 32);
  return new HttpApiClient(new Caller(transport, { ...options, clock, host: await transport.host() }), undefined);
}

const json = 'application/json';
const metadataOnly = {
  object: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
};
const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

class HttpApiClient implements ApiClient {
  readonly #caller: Caller;
  readonly #guard: (() => void) | undefined;

  constructor(caller: Caller, guard: (() => void) | undefined) {
    this.#caller = caller;
    this.#guard = guard;
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: CallOptions): Promise<T> {
    const path = await this.#path(kind, name, {}, options);
    return (await this.#caller.send(
      { method: 'GET', path, what: `get ${named(kind, name)}`, idempotent: true },
      options,
    )) as T;
  }

  async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    const { limit, resourceVersion } = options;
    const query = { ...scopeQuery(options), limit, resourceVersion, continue: options.continue };
    const path = await this.#path(kind, { namespace: options.namespace }, query, options);
    const headers = { accept: options.metadataOnly ? metadataOnly.list : json };
    const call: Call = { method: 'GET', path, headers, what: `list ${kind.kind}`, idempotent: true };
    const list = (await this.#caller.send(call, options)) as { metadata: KubeList['metadata']; items: T[] | null };
    const items = list.items ?? [];
    // Items of a list carry neither; everyone else relies on them.
    for (const item of items) {
      if (options.metadataOnly) continue;
      item.apiVersion = kind.apiVersion;
      item.kind = kind.kind;
    }
    return { metadata: list.metadata, items };
  }

  async *watch(kind: Kind, options: WatchOptions): AsyncGenerator<WatchEvent[]> {
    const query: Query = {
      ...scopeQuery(options),
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: options.timeoutSeconds,
      resourceVersion: options.resourceVersion,
      ...(options.sendInitialEvents && { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }),
    };
    const what = `watch ${kind.kind}`;
    try {
      const path = await this.#path(kind, { namespace: options.namespace }, query, options);
      const headers = { accept: options.metadataOnly ? metadataOnly.object : json };
      const response = await this.#caller.authorized({
        method: 'GET',
        path,
        headers,
        signal: options.signal,
        streaming: true,
      });
      if (response.statusCode !== 200) throw await readError(response, what);
      for await (const lines of lineBatches(response.body))
        yield lines.map((line) => parseJson(line, what) as WatchEvent);
    } catch (error) {
      throw connectionError(error, what, false, options.signal.aborted);
    }
  }

  async create<T extends KubeObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const { namespace } = object.metadata;
    const path = await this.#path(
      object,
      { namespace, subresource: options.subresource },
      writeQuery(options),
      options,
    );
    const what = `create ${describeObject(object)}`;
    return (await this.#write(
      { method: 'POST', path, body: JSON.stringify(object), what, idempotent: false },
      options,
    )) as T;
  }

  async replace<T extends KubeObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const path = await this.#path(object, targetOf(object.metadata, options), writeQuery(options), options);
    const what = `replace ${describeObject(object)}`;
    return (await this.#write(
      { method: 'PUT', path, body: JSON.stringify(object), what, idempotent: false },
      options,
    )) as T;
  }

  async apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    const query = { ...writeQuery(options), force: options.force ?? true };
    const path = await this.#path(object, targetOf(object.metadata, options), query, options);
    const headers = { 'content-type': patchTypes.apply };
    const what = `apply ${describeObject(object)}`;
    return (await this.#write(
      { method: 'PATCH', path, headers, body: JSON.stringify(object), what, idempotent: true },
      options,
    )) as T;
  }

  async patch<T extends KubeObject>(
    kind: Kind<T>,
    name: ObjectName,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = await this.#path(kind, targetOf(name, options), writeQuery(options), options);
    const headers = { 'content-type': patchTypes[patch.type] };
    const what = `patch ${named(kind, name)}`;
    // The same merge patch twice leaves the same object; a JSON patch may test or append.
    const idempotent = patch.type === 'merge';
    return (await this.#write(
      { method: 'PATCH', path, headers, body: JSON.stringify(patch.body), what, idempotent },
      options,
    )) as T;
  }

  async delete(kind: Kind, name: ObjectName, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion } = options;
    const path = await this.#path(kind, name, {}, options);
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: options.propagation ?? 'Background',
      ...((uid ?? resourceVersion) !== undefined && { preconditions: { uid, resourceVersion } }),
    });
    await this.#write(
      { method: 'DELETE', path, body, what: `delete ${named(kind, name)}`, idempotent: uid !== undefined },
      options,
    );
  }

  resource(kind: Kind, options?: CallOptions): Promise<Resource | undefined> {
    return this.#caller.discovery.resource(kind, options);
  }

  read(path: string, options?: CallOptions): Promise<unknown> {
    return this.#caller.send({ method: 'GET', path, what: `get ${path}`, idempotent: true }, options);
  }

  guarded(check: () => void): ApiClient {
    return new HttpApiClient(this.#caller, check);
  }

  close(): Promise<void> {
    return this.#caller.transport.close();
  }

  #write(call: Call, options: CallOptions): Promise<unknown> {
    return this.#caller.send(
      { ...call, guard: this.#guard, headers: { 'content-type': json, ...call.headers } },
      options,
    );
  }

  async #path(kind: Kind, target: Target, query: Query, options: CallOptions | undefined): Promise<string> {
    const resource = await this.#caller.discovery.resource(kind, options);
    if (resource) return resourcePath(resource, target, query);
    throw new ApiError({
      code: 404,
      reason: 'KindNotServed',
      message: `the API server does not serve ${kind.kind} of ${kind.apiVersion}`,
    });
  }
}

function named(kind: Kind, name: ObjectName): string {
  return describeObject({ kind: kind.kind, metadata: name });
}

function targetOf(name: ObjectName, options: WriteOptions): Target {
  return { namespace: name.namespace, name: name.name, subresource: options.subresource };
}

function scopeQuery(scope: Scope): Query {
  return { labelSelector: scope.labelSelector, fieldSelector: scope.fieldSelector };
}

/** Strict: a field that the server does not know is our mistake and must not vanish silently. */
function writeQuery(options: WriteOptions): Query {
  return { fieldManager: options.fieldManager, fieldValidation: 'Strict', dryRun: options.dryRun ? 'All' : undefined };
}
