/**
 * How the API server merges lists and maps of the built-in kinds: the `x-kubernetes-list-type`, `-list-map-keys` and `-map-type`
 * of its OpenAPI document (`kubectl get --raw /openapi/v2`, v1.37), for the fields that workloads, services, policies and routes
 * have. What is not named here is a plain map that others may add to, or a list that is replaced as a whole, to the last field of
 * its items (as in custom resources, unless they say otherwise). So builders say all that the API server would fill in there:
 *
 * | in lists that are one value | it fills in |
 * | --- | --- |
 * | `ports` of a NetworkPolicy | `protocol` |
 * | `parentRefs` of an HTTPRoute | `group`, `kind` |
 * | `rules` of an HTTPRoute | `matches`, their `path`; of `backendRefs` `group`, `kind`, `weight` |
 *
 * In a map that is one value it is `apiVersion` of a `fieldRef`.
 */

/** The fields that tell items of a list apart; undefined for a list that is one value. */
export function mergeKeys(path: readonly string[]): readonly string[] | undefined {
  const field = path.at(-1) ?? '';
  if (field === 'ports') return portKeys(path);
  // A field may be called `toString`: only our own names count.
  return Object.hasOwn(listKeys, field) ? listKeys[field] : undefined;
}

/** What an absent merge key means. */
export const keyDefaults: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** Lists that are sets: others may add to them. */
export function isSet(path: readonly string[]): boolean {
  return path.length === 2 && path[0] === 'metadata' && path[1] === 'finalizers';
}

/** Maps that are one value: a key more in a Service's selector makes it select other pods. */
export function isAtomicMap(path: readonly string[]): boolean {
  return atomicMaps.has(path.at(-1) ?? '');
}

/**
 * A list that is replaced as a whole, but in whose items the API server fills in more than a builder should say: a phase, say.
 * Kubernetes lets nobody change it.
 */
export function isFilledIn(path: readonly string[]): boolean {
  return path.at(-1) === 'volumeClaimTemplates';
}

const atomicMaps = new Set([
  'configMapKeyRef',
  'fieldRef',
  'labelSelector',
  'matchLabels',
  'namespaceSelector',
  'nodeSelector',
  'podSelector',
  'secretKeyRef',
  'selector',
]);

const listKeys: Readonly<Record<string, readonly string[]>> = {
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  listeners: ['name'],
  ownerReferences: ['uid'],
  resourceClaims: ['name'],
  secrets: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

/** `ports` is keyed in containers and in a Service's spec, and replaced as a whole in network policies. */
function portKeys(path: readonly string[]): readonly string[] | undefined {
  const parent = path.at(-2) ?? '';
  if (parent === 'containers' || parent === 'initContainers' || parent === 'ephemeralContainers') {
    return ['containerPort', 'protocol'];
  }
  return path.length === 2 && parent === 'spec' ? ['port', 'protocol'] : undefined;
}
