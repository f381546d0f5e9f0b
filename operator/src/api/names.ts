/** Names of the children. They are part of what users rely on: `<name>-api`, `<name>-database`, ... */

/** The API group, also the prefix of our labels and annotations. */
export const group = 'memo.sogangcomputerclub.org';
export const apiVersion = `${group}/v1alpha1`;
export const kind = 'MemoApp';

/** Ports as in the original; metrics and probes have one of their own that no route leads to. */
export const ports = {
  api: 8000,
  management: 9090,
  database: 3306,
  cache: 6379,
  events: 9092,
  zooKeeper: 2181,
} as const;

/** Name and schema user of the service in the database. */
export const databaseName = 'memo_app';

/** Users are named for rotation: `memo_a` now, `memo_b` beside it one day. */
export const users = { service: 'memo_a', migration: 'memo_migrate', root: 'root' } as const;

export interface Names {
  readonly api: string;
  readonly database: string;
  readonly databaseInit: string;
  readonly cache: string;
  readonly events: string;
  readonly zookeeper: string;
  readonly route: string;
  readonly jobs: string;
  /** Secrets. */
  readonly databaseCredentials: string;
  readonly databaseMigration: string;
  readonly databaseRoot: string;
  readonly cacheCredentials: string;
  readonly key: string;
}

/** Every fixed child name of an app; the name of a MemoApp has at most 38 characters, so none of these passes 63. */
export function names(app: { readonly name: string }): Names {
  const { name } = app;
  return {
    api: `${name}-api`,
    database: `${name}-database`,
    databaseInit: `${name}-database-init`,
    cache: `${name}-cache`,
    events: `${name}-events`,
    zookeeper: `${name}-zookeeper`,
    route: `${name}-route`,
    jobs: `${name}-jobs`,
    databaseCredentials: `${name}-database-credentials`,
    databaseMigration: `${name}-database-migration`,
    databaseRoot: `${name}-database-root`,
    cacheCredentials: `${name}-cache-credentials`,
    key: `${name}-key`,
  };
}

/** The headless Service that gives the pods of a StatefulSet their names. */
export function podsService(statefulSet: string): string {
  return `${statefulSet}-pods`;
}

/** The claim of one pod of a StatefulSet with a claim template, as Kubernetes names it. */
export function podClaim(statefulSet: string, ordinal: number): string {
  return `data-${statefulSet}-${ordinal}`;
}

/** A Service's name as every pod of the cluster resolves it, whatever the cluster's domain is called. */
export function serviceHost(app: { readonly namespace: string }, service: string): string {
  return `${service}.${app.namespace}.svc`;
}
