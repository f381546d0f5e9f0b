/** Our images into a registry, by whichever of docker or buildah built them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../test/cluster/host/command.ts';
import { temporaryFolder } from '../../test/cluster/host/temporary.ts';
import { dockerAnswers } from '../../test/images/ours/builder.ts';

/** An archive, and the name it gets in the registry. */
export interface Push {
  readonly archive: string;
  /** The name written in the archive. */
  readonly reference: string;
  /** `registry.example/club/memo-service:0.1.0-3f2a` */
  readonly target: string;
}

/** @throws Error with the words of docker or buildah, and what to do about a missing login */
export async function push(images: readonly Push[], note: (line: string) => void): Promise<void> {
  const [program, pushOne] = (await dockerAnswers())
    ? (['docker', byDocker] as const)
    : (['buildah', byBuildah] as const);
  for (const image of images) {
    note(`${image.reference} to ${image.target}`);
    try {
      await pushOne(image);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const host = image.target.split('/')[0] ?? '';
      throw new Error(
        `${image.target} could not be pushed: is ${host} reachable, and are you logged in (${program} login ${host})?\n${why}`,
        { cause: error },
      );
    }
  }
}

async function byDocker({ archive, reference, target }: Push): Promise<void> {
  await run('docker', ['load', '--input', archive]);
  await run('docker', ['tag', reference, target]);
  await run('docker', ['push', target]);
}

/** In a storage of its own that goes with the push: nothing of the user's is touched. */
async function byBuildah({ archive, target }: Push): Promise<void> {
  const home = temporaryFolder('push');
  const storage = ['--root', join(home, 'storage'), '--runroot', join(home, 'run'), '--storage-driver', 'vfs'];
  // Docker, too, speaks plain HTTP to a registry on this machine.
  const tls = /^(?:localhost|127\.[\d.]+|\[::1\])(?::|\/)/.test(target) ? ['--tls-verify=false'] : [];
  try {
    const id = (await run('buildah', [...storage, 'pull', '--quiet', `docker-archive:${archive}`])).trim();
    await run('buildah', [...storage, 'push', '--quiet', ...tls, id, `docker://${target}`]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
