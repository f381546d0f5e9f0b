import { ensurePackages } from '../../cluster/host/packages.ts';
import type { Voice } from '../../cluster/host/progress.ts';
import { isInstalled, succeeds } from '../../cluster/host/command.ts';
import { buildah } from './buildah.ts';
import { docker } from './docker.ts';

/** What an image is built from. */
export interface Build {
  /** The folder with everything the Dockerfile copies. */
  readonly context: string;
  readonly dockerfile: string;
  readonly reference: string;
  readonly args: Readonly<Record<string, string>>;
}

/** A program that builds images from Dockerfiles. */
export interface Builder {
  readonly name: 'docker' | 'buildah';
  /** Whether it has an image of this name already. */
  has(reference: string): Promise<boolean>;
  /** Takes in an archive, under the name written in it. */
  load(archive: string): Promise<void>;
  build(build: Build, voice?: Voice): Promise<void>;
  /** Writes a built image to an archive that `ctr images import` and `docker load` take. */
  save(reference: string, archive: string): Promise<void>;
  /** Removes what builds leave behind, but for what the next one can use again. */
  tidy(): Promise<void>;
}

/** Docker where its daemon answers, else buildah, which needs none and is installed where it is missing. */
export async function findBuilder(voice?: Voice): Promise<Builder> {
  if (await dockerAnswers()) return docker;
  await ensurePackages([{ command: 'buildah', package: 'buildah' }], voice?.say);
  return buildah();
}

/** Whether there is a Docker whose daemon takes orders. */
export async function dockerAnswers(): Promise<boolean> {
  return (await isInstalled('docker')) && succeeds('docker', ['info']);
}
