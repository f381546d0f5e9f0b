import type { Stats } from 'node:fs';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from '../../cluster/host/command.ts';

/** One layer of an image: an uncompressed tar archive and its digest. Uncompressed imports fastest, and nothing is sent. */
export interface Layer {
  readonly path: string;
  /** `sha256:...`, both the digest of the blob and its diff id. */
  readonly digest: string;
  readonly size: number;
}

/** Folders whose content the container runtime brings itself. */
const RUNTIME_FOLDERS = new Set(['dev', 'proc', 'sys', 'tmp']);

/**
 * Writes what `root` has and `parent` (nothing, when absent) has not as a layer: changed files whole, and OCI white-outs
 * for what is gone. Equal means same kind, mode, owner, size and modification time: package installs keep those.
 */
export async function writeLayer(root: string, parent: string | undefined, path: string): Promise<Layer> {
  const changed: string[] = [];
  const gone: string[] = [];
  await compare(root, parent, '', changed, gone);
  const work = await mkdtemp(`${path}.`);
  try {
    const list = join(work, 'changed');
    await writeFile(list, changed.map((name) => `${name}\0`).join(''));
    for (const name of gone) {
      const mark = join(work, 'gone', dirname(name), `.wh.${name.slice(name.lastIndexOf('/') + 1)}`);
      await mkdir(dirname(mark), { recursive: true });
      await writeFile(mark, '');
    }
    const tar = ['--format=posix', '--pax-option=delete=atime,delete=ctime', '--numeric-owner'];
    await run('tar', [
      ...tar,
      '--no-recursion',
      '-cf',
      path,
      '-C',
      root,
      '--null',
      '--verbatim-files-from',
      '-T',
      list,
    ]);
    if (gone.length > 0) {
      const marks = (await run('find', ['.', '-type', 'f'], { cwd: join(work, 'gone') })).split('\n');
      await run('tar', [...tar, '-rf', path, '-C', join(work, 'gone'), ...marks]);
    }
  } finally {
    await rm(work, { recursive: true });
  }
  return describe(path);
}

async function describe(path: string): Promise<Layer> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(path), sum);
  return { path, digest: `sha256:${sum.digest('hex')}`, size: (await lstat(path)).size };
}

async function compare(
  root: string,
  parent: string | undefined,
  folder: string,
  changed: string[],
  gone: string[],
): Promise<void> {
  const names = new Set(await readdir(join(root, folder)));
  const before = new Set(parent === undefined ? [] : await readdir(join(parent, folder)));
  for (const name of before) if (!names.has(name)) gone.push(join(folder, name));
  for (const name of [...names].sort()) {
    const path = join(folder, name);
    const stats = await lstat(join(root, path));
    const old = parent !== undefined && before.has(name) ? await lstat(join(parent, path)) : undefined;
    if (old === undefined || !(await same(stats, old, join(root, path), join(parent ?? '', path)))) changed.push(path);
    if (!stats.isDirectory() || (folder === '' && RUNTIME_FOLDERS.has(name))) continue;
    await compare(root, old?.isDirectory() === true ? parent : undefined, path, changed, gone);
  }
}

async function same(now: Stats, old: Stats, path: string, oldPath: string): Promise<boolean> {
  if (now.mode !== old.mode || now.uid !== old.uid || now.gid !== old.gid) return false;
  // A folder's own time and size follow from what is in it, which is compared by itself.
  if (now.isDirectory()) return true;
  if (now.isSymbolicLink()) return (await readlink(path)) === (await readlink(oldPath));
  return now.size === old.size && now.mtimeMs === old.mtimeMs;
}
