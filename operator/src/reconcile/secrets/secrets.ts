/** Secrets, and ConfigMaps of others, as they are read: by name. Their content is never listed or watched. */
import type { ResolvedApp } from '../../api/resolved.ts';
import { find } from '../../runtime/client/find.ts';
import { kindOf, type KubeObject } from '../../runtime/object.ts';
import { secretHash } from '../../stack/credentials.ts';
import { referenceId, references, type Reference, type ReferencedObject } from '../../stack/references.ts';
import type { Credentials } from './credential-cache.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Pass } from '../pass.ts';

export interface Secret extends KubeObject {
  /** In base64. */
  data?: Record<string, string>;
}

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

export const secretKind = kindOf<Secret>('v1', 'Secret');

/** The kinds that a spec refers to. */
export const referencedKinds = { Secret: secretKind, ConfigMap: kindOf<ConfigMap>('v1', 'ConfigMap') } as const;

/** undefined: there is none of that name. */
export async function readSecret(
  app: Pick<ResolvedApp, 'namespace'>,
  name: string,
  dependencies: Pick<Dependencies, 'client'>,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  return await readReferenced({ kind: 'Secret', name }, app, dependencies, signal);
}

export async function readReferenced(
  { kind, name }: ReferencedObject,
  { namespace }: Pick<ResolvedApp, 'namespace'>,
  { client }: Pick<Dependencies, 'client'>,
  signal: AbortSignal,
): Promise<Secret | ConfigMap | undefined> {
  return await find<Secret | ConfigMap>(client, referencedKinds[kind], { namespace, name }, { signal });
}

/** Hashes of the keys that are used of what the spec refers to; what is not there has none, and the pass says so. */
export async function hashReferences(
  app: ResolvedApp,
  key: Readonly<Record<string, string>>,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<Pick<Credentials, 'hashes' | 'missing'>> {
  const wanted = references(app);
  const found = await readAll(wanted, app, dependencies, signal);
  const missing = missingAmong(wanted, app, found);
  say(missing, pass);
  const hashes: Record<string, string> = {};
  for (const reference of wanted) {
    if (missing.some((one) => one.reference === reference)) continue;
    hashes[referenceId(reference)] = secretHash(key, used(reference, found.get(objectId(reference))));
  }
  return { hashes, missing: missing.map(({ reference }) => reference) };
}

/**
 * Looks again for what was missing, and for nothing else; the pass says what of it is missing still. False: some of it has come,
 * and with it everything has to be read anew, because the key of the hashes is a Secret too.
 */
export async function areStillMissing(
  missing: readonly Reference[],
  app: ResolvedApp,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const still = missingAmong(missing, app, await readAll(missing, app, dependencies, signal));
  if (still.length < missing.length) return false;
  say(still, pass);
  return true;
}

type Found = ReadonlyMap<string, Secret | ConfigMap | undefined>;

/** Each object once. */
async function readAll(
  wanted: readonly Reference[],
  app: ResolvedApp,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<Found> {
  const objects = new Map<string, ReferencedObject>(wanted.map((reference) => [objectId(reference), reference]));
  return new Map(
    await Promise.all(
      [...objects].map(async ([id, object]) => [id, await readReferenced(object, app, dependencies, signal)] as const),
    ),
  );
}

interface Missing {
  readonly reference: Reference;
  readonly message: string;
}

/** In the order of the spec: of several that are missing a condition names the same one in every pass. */
function missingAmong(wanted: readonly Reference[], app: ResolvedApp, found: Found): Missing[] {
  return wanted.flatMap((reference) => {
    const message = whatIsMissing(reference, app, found.get(objectId(reference)));
    return message === undefined ? [] : [{ reference, message }];
  });
}

function say(missing: readonly Missing[], pass: Pass): void {
  pass.missing.push(...missing.map(({ message, reference: { type } }) => ({ type, message })));
}

function objectId({ kind, name }: ReferencedObject): string {
  return `${kind}/${name}`;
}

export function used(
  { keys }: Pick<Reference, 'keys'>,
  { data = {} }: Pick<Secret, 'data'> = {},
): Record<string, string> {
  return Object.fromEntries(keys.map((name) => [name, data[name] ?? '']));
}

/** What an object that the spec names lacks, and the way out. undefined: nothing. */
export function whatIsMissing(
  { field, keys, kind, leastBytes = 0, name }: Omit<Reference, 'type'>,
  { namespace }: Pick<ResolvedApp, 'namespace'>,
  found: Pick<Secret, 'data'> | undefined,
): string | undefined {
  if (!found) {
    return `${field} names ${kind} ${name}, which is not in namespace ${namespace}; make it, or name another`;
  }
  const { data = {} } = found;
  const absent = keys.find((one) => !(one in data));
  if (absent !== undefined) {
    return `${field} needs the key ${absent} of ${kind} ${name}, which has none of that name; add it, or name another`;
  }
  const short = keys.find((one) => bytesIn(data[one] ?? '') < leastBytes);
  if (short === undefined) return undefined;
  if (leastBytes === 1) return `${field} needs the key ${short} of ${kind} ${name}, which has nothing in it; fill it`;
  return `${field} needs at least ${leastBytes} bytes in the key ${short} of ${kind} ${name}; make it longer`;
}

/** Without the white space around it, as the service reads it. */
function bytesIn(base64: string): number {
  return Buffer.byteLength(Buffer.from(base64, 'base64').toString().trim());
}
