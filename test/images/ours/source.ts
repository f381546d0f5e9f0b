import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { hash } from '../making/cache.ts';

const ROOT = join(import.meta.dirname, '../../..');

export type Workspace = 'service' | 'operator';

/** One of our two images: its sources, and the name they give it. */
export interface Source {
  readonly workspace: Workspace;
  /** `memo-service:0.1.0` */
  readonly reference: string;
  readonly dockerfile: string;
  /** Paths of all that goes into the build, relative to the repository. */
  readonly files: readonly string[];
  /** Changes with any byte of them. */
  readonly key: string;
}

/** Reads what the image of a workspace is made from. */
export async function readSource(workspace: Workspace): Promise<Source> {
  const dockerfile = `Dockerfile.${workspace}`;
  const fixed = [
    'package.json',
    'package-lock.json',
    '.npmrc',
    'tsconfig.base.json',
    `${workspace}/tsconfig.build.json`,
  ];
  const manifests = ['service/package.json', 'operator/package.json'];
  const sources = await readdir(join(ROOT, workspace, 'src'), { recursive: true, withFileTypes: true });
  const code = sources
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  const files = [dockerfile, ...fixed, ...manifests, ...code.sort()];
  const contents = await Promise.all(files.map((file) => readFile(join(ROOT, file))));
  const key = hash(process.arch, ...files, ...contents);
  return { workspace, reference: `memo-${workspace}:${await version()}`, dockerfile, files, key };
}

/** Copies the sources into a folder of their own: what is built is what was read, whatever is being edited meanwhile. */
export async function stage(source: Source, folder: string): Promise<void> {
  for (const file of source.files) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await copyFile(join(ROOT, file), join(folder, file));
  }
}

/** The release, from the root package.json. */
export async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  if (
    typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
  ) {
    return manifest.version;
  }
  throw new Error('package.json has no version');
}
