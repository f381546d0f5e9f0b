import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../cluster/host/lock.ts';
import { cacheFolder, once } from '../making/cache.ts';
import type { Voice } from '../../cluster/host/progress.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';
import { ensureBase } from './base.ts';
import { findBuilder } from './builder.ts';
import type { Source, Workspace } from './source.ts';
import { stage } from './source.ts';

const KEPT_ARCHIVES = 3;

export interface BuildOptions {
  /** Build in the official Node image, pulled from its registry, and not in the stand-in. */
  readonly official?: boolean;
}

/** The archive of one of our images, built when its sources are not those of the cached one. */
export async function ensureOurs(
  source: Source,
  voice?: Voice,
  { official = false }: BuildOptions = {},
): Promise<string> {
  const name = `memo-${source.workspace}-${source.key}${official ? '-official' : ''}.tar`;
  return once(cacheFolder('images', 'archives', name), (archive) =>
    // A builder's storage takes one build at a time.
    withLock(cacheFolder('images', 'builder.lock'), voice?.say ?? (() => undefined), async () => {
      const builder = await findBuilder(voice);
      voice?.say(`${source.reference}: building with ${builder.name}`);
      const context = temporaryFolder('build');
      const started = performance.now();
      try {
        await stage(source, context);
        const args = { NODE_IMAGE: await ensureBase(builder, official, voice) };
        const { dockerfile, reference } = source;
        await builder.build({ context, dockerfile, reference, args }, voice);
        await builder.save(reference, archive);
        await removeOld(source.workspace);
        voice?.say(`${reference}: built in ${Math.round((performance.now() - started) / 1000)} s`);
      } finally {
        await rm(context, { recursive: true });
        await builder.tidy();
      }
    }),
  );
}

/** Archives of earlier sources, but for the last few: another branch's, or one being loaded somewhere. */
async function removeOld(workspace: Workspace): Promise<void> {
  const folder = cacheFolder('images', 'archives');
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(`memo-${workspace}-`) && name.endsWith('.tar'),
  );
  const dated = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), time: (await stat(join(folder, name))).mtimeMs })),
  );
  dated.sort((a, b) => b.time - a.time);
  for (const { path } of dated.slice(KEPT_ARCHIVES)) await rm(path, { force: true });
}
