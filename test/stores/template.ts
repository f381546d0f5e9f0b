// Empty data folders, made once by the store's own tool and copied for every start: formatting costs seconds, a copy does not.
import { mkdir } from 'node:fs/promises';
import { run } from '../cluster/host/command.ts';
import { cacheFolder, hash, once } from '../images/making/cache.ts';

/** The cached folder of this name for this root file system, made by `make` at first use. */
export function ensureTemplate(name: string, root: string, make: (folder: string) => Promise<void>): Promise<string> {
  return once(cacheFolder('stores', `${name}-${hash(root)}`), async (folder) => {
    await mkdir(folder);
    await make(folder);
  });
}

/** Copies a template with owners, modes and holes, sharing blocks where the file system can. */
export async function copyTemplate(template: string, to: string): Promise<void> {
  await run('cp', ['--archive', '--reflink=auto', '--sparse=always', template, to]);
}
