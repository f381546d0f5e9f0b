import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../making/cache.ts';
import { run } from '../../cluster/host/command.ts';
import { fullName } from '../making/archive.ts';
import { runApart } from '../making/chroot.ts';
import type { Builder } from './builder.ts';

/** What the layers of earlier builds may take before they are thrown away. */
const MOST_MEGABYTES = 6000;

/**
 * Buildah with a storage of its own in the cache, so that nothing of its user's is touched and no daemon is needed. A build that
 * is killed leaves no mount and no process: it runs apart.
 */
export async function buildah(): Promise<Builder> {
  const home = cacheFolder('images', 'buildah');
  await mkdir(home, { recursive: true });
  const storage = [
    '--root',
    join(home, 'storage'),
    '--runroot',
    join(home, 'run'),
    '--storage-driver',
    await driver(home),
  ];
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  const call = (command: string, ...args: readonly string[]): Promise<string> =>
    runApart('buildah', [...storage, command, ...args], { env });
  return {
    name: 'buildah',
    async has(reference) {
      return call('inspect', '--type', 'image', reference).then(
        () => true,
        () => false,
      );
    },
    async load(archive) {
      await call('pull', '--policy', 'never', `docker-archive:${archive}`);
    },
    async build({ context, dockerfile, reference, args }, voice) {
      const flags = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
      const build = ['bud', '--layers', '--pull=never', '--format', 'docker', '--tag', reference];
      await runApart('buildah', [...storage, ...build, '--file', join(context, dockerfile), ...flags, context], {
        env,
        log: voice?.note,
      });
    },
    async save(reference, archive) {
      await call('push', reference, `docker-archive:${archive}:${fullName(reference)}`);
    },
    async tidy() {
      await call('rm', '--all');
      // Stages of earlier sources make the next build fast, until there are too many.
      const [size = '0'] = (await run('du', ['-sm', home])).split('\t');
      if (Number(size) > MOST_MEGABYTES) await call('rmi', '--all', '--force');
    },
  };
}

/** Layers by overlay are fast, where the kernel mounts one on this file system; copies work everywhere. */
async function driver(home: string): Promise<'overlay' | 'vfs'> {
  const folder = await mkdtemp(join(home, 'probe-'));
  const mount =
    'mkdir lower upper work merged && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged';
  try {
    // The mount ends with its namespace.
    await run('unshare', ['--mount', '--propagation', 'private', 'sh', '-euc', mount], { cwd: folder });
    return 'overlay';
  } catch {
    return 'vfs';
  } finally {
    await rm(folder, { recursive: true });
  }
}
