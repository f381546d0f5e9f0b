import { readdir, readFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, hash, once } from './making/cache.ts';
import { inRoot } from './making/chroot.ts';
import type { Voice } from '../cluster/host/progress.ts';
import { run } from '../cluster/host/command.ts';
import type { Layer } from './making/layer.ts';
import { writeLayer } from './making/layer.ts';
import { recipes } from './recipes/index.ts';
import type { Recipe } from './recipes/recipe.ts';

export type RootfsName = keyof typeof recipes;

const STAND_INS = join(import.meta.dirname, 'stand-ins');

/**
 * The extracted root file system of a stand-in, made on first use and cached.
 * @returns its folder. It is shared: what runs in it by chroot should write to mounts or folders of its own.
 */
export async function ensureRootfs(name: RootfsName, voice?: Voice): Promise<string> {
  return join(await ensureBuilt(recipes[name], voice), 'rootfs');
}

/** The layers of a stand-in, its base's first: layers that several images share are the same files. */
export async function ensureLayers(recipe: Recipe, voice?: Voice): Promise<Layer[]> {
  const below = recipe.parent ? await ensureLayers(recipe.parent, voice) : [];
  const built = await ensureBuilt(recipe, voice);
  const { digest, size } = JSON.parse(await readFile(join(built, 'layer.json'), 'utf8')) as Omit<Layer, 'path'>;
  return [...below, { digest, size, path: join(built, 'layer.tar') }];
}

/** A name for the recipe's result that changes with anything it is made from. */
export async function recipeKey(recipe: Recipe): Promise<string> {
  const parent = recipe.parent ? await recipeKey(recipe.parent) : '';
  const files = (await Promise.all((recipe.files ?? []).map((name) => contents(join(STAND_INS, name))))).flat();
  const { script = '', check = '', prepare, pins = [] } = recipe;
  return hash(parent, script, check, String(prepare), ...pins, ...files);
}

/** The cached folder with the recipe's `rootfs`, `layer.tar` and `layer.json`. */
async function ensureBuilt(recipe: Recipe, voice?: Voice): Promise<string> {
  const target = cacheFolder('images', 'rootfs', `${recipe.name}-${await recipeKey(recipe)}`);
  return once(target, async (folder) => {
    const parent = recipe.parent ? join(await ensureBuilt(recipe.parent, voice), 'rootfs') : undefined;
    const started = performance.now();
    voice?.say(`${recipe.name}: making its root file system`);
    await make(recipe, join(folder, 'rootfs'), parent, voice);
    const { digest, size } = await writeLayer(join(folder, 'rootfs'), parent, join(folder, 'layer.tar'));
    await writeFile(join(folder, 'layer.json'), JSON.stringify({ digest, size }));
    const seconds = Math.round((performance.now() - started) / 1000);
    voice?.say(`${recipe.name}: made in ${seconds} s, its layer has ${Math.round(size / 1e6)} MB`);
  });
}

async function make(recipe: Recipe, root: string, parent: string | undefined, voice?: Voice): Promise<void> {
  await mkdir(root, { recursive: true });
  if (parent !== undefined) await run('cp', ['-a', '--reflink=auto', `${parent}/.`, root]);
  await recipe.prepare?.(root, voice?.say);
  for (const files of recipe.files ?? []) {
    const owner = ['--owner=0', '--group=0'];
    // The modes in the checkout depend on the umask of whoever cloned it.
    const copy = `tar -c -C "$1" ${owner.join(' ')} --mode=u=rwX,go=rX . | tar -x -C "$2" --no-overwrite-dir --same-permissions`;
    await run('sh', ['-euc', copy, 'sh', join(STAND_INS, files), root]);
  }
  if (recipe.script !== undefined) await inRoot(root, recipe.script, voice?.note);
  if (recipe.check !== undefined) await inRoot(root, recipe.check, voice?.note);
}

/** Names, modes and contents of all files below a folder. */
async function contents(folder: string): Promise<(string | Uint8Array)[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: (string | Uint8Array)[] = [];
  for (const path of paths.sort()) found.push(path.slice(folder.length), await readFile(path));
  return found;
}
