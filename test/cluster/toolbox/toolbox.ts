/**
 * The binaries of a cluster, built on demand and cached by version. A cache entry appears by one rename when it is
 * whole; what a killed run left half-built is removed by the next one.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { run } from '../host/command.ts';
import { needFreeDisk } from '../host/disk.ts';
import { withLock } from '../host/lock.ts';
import { cacheDirectory } from '../host/paths.ts';
import type { Log } from '../host/progress.ts';
import { elapsed, withTicker } from '../host/progress.ts';
import { ensureGo, goCaches } from './go.ts';
import type { Go } from './go.ts';
import { buildModule, downloadModule } from './module.ts';
import { packNodeImage } from './node-image.ts';
import { DEFINITIONS, RECIPES } from './tools.ts';
import type { Recipe } from './tools.ts';

/** Makes one cache entry; `folder` exists and is empty, `scratch` is for files that are not kept. */
type Make = (go: Go, folder: string, scratch: string, log: Log) => Promise<void>;

interface Entry {
  /** Folder name in the cache; changes with everything the content depends on. */
  readonly key: string;
  readonly what: string;
  readonly make: Make;
}

/**
 * @returns the path of a binary, building it first when the cache has none.
 * @throws Error that names the tool, the command that failed and the end of its output.
 */
export async function toolPath(tool: string, log: Log = () => undefined): Promise<string> {
  const recipe = RECIPES.find((each) => tool in each.binaries);
  if (recipe === undefined) throw new Error(`no tool is called ${tool}; known: ${toolNames().join(', ')}`);
  return join(await ensure(goEntry(recipe), log), tool);
}

/** @returns the folder of the custom resource definitions that others publish. */
export async function definitionsFolder(name: keyof typeof DEFINITIONS, log: Log = () => undefined): Promise<string> {
  const { folder, module, version } = DEFINITIONS[name];
  return await ensure(
    {
      key: `${name}-${version}`,
      what: `${name} ${version}`,
      make: async (go, target) => {
        const source = await downloadModule(go, module, version, log);
        await cp(join(source, folder), target, { recursive: true });
      },
    },
    log,
  );
}

/** @returns the path of a program of our own, built from the Go sources in the folder `source` with the versions of its go.sum. */
export async function ownProgram(source: string, log: Log = () => undefined): Promise<string> {
  const name = basename(source);
  const folder = await ensure(
    {
      key: `${name}-${await contentHash(source)}`,
      what: name,
      make: async (go, target) => {
        const flags = ['-trimpath', '-ldflags', '-s -w', '-o', join(target, name)];
        const build = run(go.command, ['build', ...flags, '.'], { env: go.env, cwd: source });
        await withTicker(log, `building ${name}`, 15, build);
      },
    },
    log,
  );
  return join(folder, name);
}

/** @returns the archive of the image that the node itself needs: pause container and volume folders. */
export async function nodeImageArchive(log: Log = () => undefined): Promise<string> {
  const source = join(import.meta.dirname, 'node-image');
  const folder = await ensure(
    {
      key: `node-image-${await contentHash(source)}`,
      what: 'the node image',
      make: async (go, target, scratch) => await packNodeImage(go, source, join(target, 'image.tar'), scratch),
    },
    log,
  );
  return join(folder, 'image.tar');
}

export function toolNames(): string[] {
  return RECIPES.flatMap((recipe) => Object.keys(recipe.binaries));
}

/** Builds what is missing of `tools`, in their order, after one look at the free disk. */
export async function ensureTools(tools: readonly string[], log: Log): Promise<void> {
  const missing: string[] = [];
  for (const recipe of RECIPES) {
    const wanted = tools.some((tool) => tool in recipe.binaries);
    if (wanted && !existsSync(join(cacheDirectory(), 'tools', goEntry(recipe).key))) missing.push(recipe.name);
  }
  if (missing.length > 0) {
    await needFreeDisk(cacheDirectory(), missing.length > 4 ? 12 : 4, `building ${missing.join(', ')}`);
    log(`${missing.length} tools have to be built, which is slow once: ${missing.join(', ')}`);
  }
  for (const tool of tools) await toolPath(tool, log);
}

/** Builds whatever is missing of all that clusters are made of, and of the programs in `sources`; answers when nothing is. */
export async function ensureAll(sources: readonly string[], log: Log): Promise<void> {
  await ensureTools(toolNames(), log);
  for (const name of Object.keys(DEFINITIONS) as (keyof typeof DEFINITIONS)[]) await definitionsFolder(name, log);
  await nodeImageArchive(log);
  for (const source of sources) await ownProgram(source, log);
  await tidyUp(log);
}

/** Once all is built that somebody came for: what it was built from takes ten times the disk. */
export async function tidyUp(log: Log = () => undefined): Promise<void> {
  const cache = cacheDirectory();
  const caches = goCaches(cache);
  const leaving = `${caches}.removing`;
  if (!existsSync(caches) && !existsSync(leaving)) return;
  await withLock(join(cache, 'toolbox.lock'), log, async () => {
    await rm(leaving, { recursive: true, force: true });
    // Under another name first: Go takes a module of which half is there for a whole one.
    if (existsSync(caches)) await rename(caches, leaving);
    await rm(leaving, { recursive: true, force: true });
  });
}

function goEntry(recipe: Recipe): Entry {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);
  return {
    key: `${recipe.name}-${recipe.version}-${hash}`,
    what: `${recipe.name} ${recipe.version}`,
    make: async (go, folder, scratch, log) => await buildModule(go, recipe, folder, scratch, log),
  };
}

async function ensure(entry: Entry, log: Log): Promise<string> {
  const tools = join(cacheDirectory(), 'tools');
  const target = join(tools, entry.key);
  if (existsSync(target)) return target;
  await mkdir(tools, { recursive: true });
  return await withLock(join(cacheDirectory(), 'toolbox.lock'), log, async () => {
    if (existsSync(target)) return target;
    const started = performance.now();
    log(`making ${entry.what}`);
    // Under the lock nobody else works here: every unfinished folder was left by a run that died.
    for (const name of await readdir(tools)) {
      if (name.startsWith('.making-')) await rm(join(tools, name), { recursive: true, force: true });
    }
    const making = join(tools, `.making-${entry.key}`);
    const scratch = join(making, 'scratch');
    const folder = join(making, 'folder');
    await mkdir(scratch, { recursive: true });
    await mkdir(folder, { recursive: true });
    try {
      await entry.make(await ensureGo(cacheDirectory(), log), folder, scratch, log);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${entry.what} could not be made: ${why}`, { cause });
    }
    await rename(folder, target);
    await rm(making, { recursive: true, force: true });
    log(`made ${entry.what} in ${elapsed(started)}`);
    return target;
  });
}

async function contentHash(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest('hex').slice(0, 8);
}
