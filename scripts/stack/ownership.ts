/** The label by which `make down CONTEXT=` knows what `make up` and `make deploy` made, and leaves everything else alone. */
import { group } from '../../operator/src/api/names.ts';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import type { Kubectl } from './kubectl.ts';
import { withLabel } from './manifests.ts';

const madeByLabel = `${group}/made-by`;
const madeByValue = 'make';
/** For `kubectl -l`. */
export const madeBy = `${madeByLabel}=${madeByValue}`;

/**
 * The objects with our label, but for those that are there without it: they are somebody else's, applied but not claimed.
 * @returns the objects to apply, and the names of those that will stay unclaimed
 */
export async function claim(
  kubectl: Pick<Kubectl, 'present'>,
  objects: readonly KubeObject[],
): Promise<{ readonly objects: KubeObject[]; readonly unclaimed: string[] }> {
  const present = await kubectl.present(objects);
  const foreign = new Set(present.filter((object) => object.metadata.labels?.[madeByLabel] !== madeByValue).map(keyOf));
  return {
    objects: objects.map((object) =>
      foreign.has(keyOf(object)) ? object : withLabel(object, madeByLabel, madeByValue),
    ),
    unclaimed: objects.filter((object) => foreign.has(keyOf(object))).map(keyOf),
  };
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}
