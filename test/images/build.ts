import { writeArchive, fullName } from './making/archive.ts';
import { cacheFolder, hash, once } from './making/cache.ts';
import type { Voice } from '../cluster/host/progress.ts';
import { ensureOurs } from './ours/ensure.ts';
import type { BuildOptions } from './ours/ensure.ts';
import { readSource } from './ours/source.ts';
import { recipes } from './recipes/index.ts';
import type { Recipe } from './recipes/recipe.ts';
import { ensureLayers, recipeKey } from './rootfs.ts';

/**
 * Archives of images, each made or built when the cache has none of the same content.
 * @param references names as people write them: `redis:8.0`, `memo-service:0.1.0`
 * @returns reference to path; `ctr images import` and `docker load` take the archives, under the same references
 * @throws Error that names the image and says why; also for one that is neither ours nor has a stand-in
 */
export async function ensureImages(
  references: readonly string[],
  voice?: Voice,
  options?: BuildOptions,
): Promise<Map<string, string>> {
  const archives = new Map<string, string>();
  for (const reference of references) {
    try {
      archives.set(reference, await ensureImage(reference, voice, options));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${reference} could not be made: ${why}`, { cause });
    }
  }
  return archives;
}

/** Our two images, by the version in package.json. */
export async function ourReferences(): Promise<string[]> {
  const sources = await Promise.all([readSource('service'), readSource('operator')]);
  return sources.map(({ reference }) => reference);
}

/** Every official image that has a stand-in. */
export function standInReferences(): string[] {
  return Object.values(recipes).flatMap((recipe: Recipe) => recipe.reference ?? []);
}

async function ensureImage(reference: string, voice?: Voice, options?: BuildOptions): Promise<string> {
  const recipe = Object.values(recipes).find((one: Recipe) => one.reference === reference);
  if (recipe) return ensureStandIn(recipe, reference, voice);
  for (const workspace of ['service', 'operator'] as const) {
    const source = await readSource(workspace);
    if (source.reference === reference) return ensureOurs(source, voice, options);
  }
  const known = [...(await ourReferences()), ...standInReferences()];
  throw new Error(`there is no recipe for it, only for ${known.join(', ')}`);
}

async function ensureStandIn(recipe: Recipe, reference: string, voice?: Voice): Promise<string> {
  const config = recipe.config ?? {};
  const key = hash(await recipeKey(recipe), reference, JSON.stringify(config));
  const archive = cacheFolder('images', 'archives', `${recipe.name}-${key}.tar`);
  return once(archive, async (path) => {
    await writeArchive(path, fullName(reference), await ensureLayers(recipe, voice), config);
  });
}
