import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageConfig } from '../recipes/recipe.ts';
import { run } from '../../cluster/host/command.ts';
import type { Layer } from './layer.ts';

const MEDIA = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};

interface Blob {
  readonly digest: string;
  readonly size: number;
}

/** A fixed time: the same content is the same image, whenever it is made. */
const CREATED = '2026-01-01T00:00:00Z';

/**
 * Writes an image as one archive that is both an OCI layout (for containerd and buildah) and what `docker load` reads.
 * @param name the full reference, with registry and tag, that the image gets where it is loaded.
 */
export async function writeArchive(
  path: string,
  name: string,
  layers: readonly Layer[],
  config: ImageConfig,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const layout = await mkdtemp(`${path}.`);
  try {
    const blobs = join(layout, 'blobs', 'sha256');
    await mkdir(blobs, { recursive: true });
    for (const layer of layers) {
      const blob = join(layout, blobPath(layer));
      // A hard link where it can be one; tar follows both.
      await link(layer.path, blob).catch(() => symlink(layer.path, blob));
    }
    const configBlob = await writeBlob(layout, imageConfig(layers, config));
    const manifest = await writeBlob(layout, {
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config: { mediaType: MEDIA.config, ...configBlob },
      layers: layers.map(({ digest, size }) => ({ mediaType: MEDIA.layer, digest, size })),
    });
    const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
    await writeJson(join(layout, 'index.json'), {
      schemaVersion: 2,
      manifests: [{ mediaType: MEDIA.manifest, ...manifest, annotations }],
    });
    await writeJson(join(layout, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
    await writeJson(join(layout, 'manifest.json'), [
      { Config: blobPath(configBlob), RepoTags: [name], Layers: layers.map(blobPath) },
    ]);
    await run('tar', ['--dereference', '--hard-dereference', '-cf', path, '-C', layout, '.']);
  } finally {
    await rm(layout, { recursive: true });
  }
}

/** The name under which container runtimes know a reference as people write it: `redis:8.0` is `docker.io/library/redis:8.0`. */
export function fullName(reference: string): string {
  return `docker.io/${reference.includes('/') ? '' : 'library/'}${reference}`;
}

function imageConfig(layers: readonly Layer[], config: ImageConfig): unknown {
  const { Volumes = [], ExposedPorts = [], ...rest } = config;
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: CREATED,
    config: { ...rest, Volumes: asSet(Volumes), ExposedPorts: asSet(ExposedPorts) },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created: CREATED, created_by: 'test/images' })),
  };
}

function asSet(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function blobPath({ digest }: Blob): string {
  return `blobs/${digest.replace(':', '/')}`;
}

async function writeBlob(layout: string, content: unknown): Promise<Blob> {
  const text = JSON.stringify(content);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const blob = { digest, size: Buffer.byteLength(text) };
  await writeFile(join(layout, blobPath(blob)), text);
  return blob;
}

async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFile(path, JSON.stringify(content));
}
