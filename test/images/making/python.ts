/** Programs from Python's registry, each pinned with all it needs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../cluster/host/command.ts';
import { ensurePackages } from '../../cluster/host/packages.ts';
import type { Log } from '../../cluster/host/progress.ts';
import { cacheFolder, hash, once } from './cache.ts';

/**
 * Makes a virtual environment of Debian's Python in the cache, once for each content of the requirements.
 * @param name of what it is for, in words for a line of progress and the folder
 * @param requirements a file of pip's
 * @returns the path of its interpreter
 */
export async function ensurePython(name: string, requirements: string, log: Log): Promise<string> {
  const target = cacheFolder('python', `${name}-${hash(await readFile(requirements))}`);
  await once(target, async (temporary) => {
    await ensurePackages([{ command: 'virtualenv', package: 'virtualenv' }], log);
    log(`installing ${name} from the Python package registry`);
    await run('virtualenv', ['--quiet', '--python', '/usr/bin/python3', temporary]);
    await run(join(temporary, 'bin', 'pip'), ['install', '--quiet', '--requirement', requirements]);
  });
  return join(target, 'bin', 'python');
}
