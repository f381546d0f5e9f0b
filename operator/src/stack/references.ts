/** Secrets and ConfigMaps that the spec names and others fill: which keys are needed, and for what. */
import type { ConditionType } from '../api/conditions.ts';
import type { ResolvedAccount, ResolvedApp, ResolvedKey, ResolvedRoute } from '../api/resolved.ts';

/** An object that the spec names, in the app's own namespace. */
export interface ReferencedObject {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
}

export interface Reference extends ReferencedObject {
  /** The condition that tells when it is missing. */
  readonly type: ConditionType;
  /** The field that names it. */
  readonly field: string;
  readonly keys: readonly string[];
  /** How long the value of each key must be for whoever reads it to take it. Absent: of any length. */
  readonly leastBytes?: number;
}

/** Of a key for HS256 (RFC 7518, 3.2): the service refuses a shorter one. */
const signingKeyBytes = 32;

/**
 * Everything that must be there for the app to reach its external stores, to verify the tokens of its callers, to have the
 * variables that the admin adds, and to be reached by https.
 */
export function references(app: ResolvedApp): Reference[] {
  const { api, database, cache, events, route } = app;
  return [
    ...key('Ready', 'spec.api.auth.jwt.secret', api.auth?.secret).map((found) => ({
      ...found,
      leastBytes: signingKeyBytes,
    })),
    ...variableReferences(app),
    ...(database.mode === 'external'
      ? [
          ...account('DatabaseReady', 'spec.database.external.credentialsSecret', database.account),
          ...account('DatabaseReady', 'spec.database.external.migrationCredentialsSecret', database.migrationAccount),
          ...key('DatabaseReady', 'spec.database.external.tls.caSecret', database.tls?.ca),
        ]
      : []),
    ...(cache.mode === 'external'
      ? [
          ...account('CacheReady', 'spec.cache.external.credentialsSecret', cache.account),
          ...key('CacheReady', 'spec.cache.external.tls.caSecret', cache.tls?.ca),
        ]
      : []),
    ...(events.mode === 'external'
      ? [
          ...account('EventsReady', 'spec.events.external.sasl.credentialsSecret', events.sasl?.account),
          ...key('EventsReady', 'spec.events.external.tls.caSecret', events.tls?.ca),
        ]
      : []),
    ...certificate(route),
  ];
}

/** Every object of which a change matters to the app: beside the above, the account that a managed database was to begin with. */
export function referencedObjects(app: ResolvedApp): ReferencedObject[] {
  const initial = app.database.mode === 'managed' ? app.database.account : undefined;
  return [...references(app), ...(initial ? [{ kind: 'Secret', name: initial.secretName } as const] : [])];
}

/** The variables of `spec.api.env` that take their value from elsewhere. */
export function variableReferences({ api }: ResolvedApp): Reference[] {
  return api.env.flatMap(({ name: variable, valueFrom }) => {
    const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
    const found = secretKeyRef ?? configMapKeyRef;
    if (!found) return [];
    const kind = secretKeyRef ? 'Secret' : 'ConfigMap';
    return { type: 'Ready', field: `spec.api.env[${variable}].valueFrom`, kind, name: found.name, keys: [found.key] };
  });
}

/**
 * The Ingress controller reads it, and no pod of ours: a renewed one is nothing to them. The API server sees to it that a Secret of
 * type kubernetes.io/tls has both keys, not that there is anything in them.
 */
function certificate(route: ResolvedRoute): Reference[] {
  const name = route.mode === 'routed' ? route.ingress?.tlsSecretName : undefined;
  if (name === undefined) return [];
  const field = 'spec.route.ingress.tls.secretName';
  return [{ type: 'RouteReady', field, kind: 'Secret', name, keys: ['tls.crt', 'tls.key'], leastBytes: 1 }];
}

function account(type: ConditionType, field: string, found: ResolvedAccount | undefined): Reference[] {
  if (!found) return [];
  const { passwordKey, secretName: name, usernameKey } = found;
  const keys = usernameKey === undefined ? [passwordKey] : [usernameKey, passwordKey];
  return [{ type, field, kind: 'Secret', name, keys }];
}

function key(type: ConditionType, field: string, found: ResolvedKey | undefined): Reference[] {
  return found ? [{ type, field, kind: 'Secret', name: found.secretName, keys: [found.key] }] : [];
}

/** The name under which the hash of some keys of an object is kept beside those of the generated Secrets. */
export function referenceId({ kind, name, keys }: Pick<Reference, 'kind' | 'name' | 'keys'>): string {
  return `${kind}/${name}/${keys.join(',')}`;
}
