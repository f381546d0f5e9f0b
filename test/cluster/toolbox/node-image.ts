/** Packs the node's own image: one static binary under its several names, as an OCI archive. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { run } from '../host/command.ts';
import type { Go } from './go.ts';

/** Tagged so that the kubelet never tries to pull it. */
export const NODE_IMAGE = 'memoapp.local/node:1';

const NAMES = ['pause', 'setup', 'teardown', 'web', 'get'];

/** Builds the program in `source` and writes the image to `archive`. */
export async function packNodeImage(go: Go, source: string, archive: string, scratch: string): Promise<void> {
  const root = join(scratch, 'root');
  await mkdir(root);
  const flags = ['-trimpath', '-ldflags', '-s -w', '-o', join(root, 'node')];
  await run(go.command, ['build', ...flags, '.'], { env: go.env, cwd: source });
  for (const name of NAMES) await symlink('node', join(root, name));
  const layerTar = join(scratch, 'layer.tar');
  await tar(root, layerTar);

  const oci = join(scratch, 'oci');
  await mkdir(join(oci, 'blobs', 'sha256'), { recursive: true });
  const layer = await blob(oci, await readFile(layerTar));
  const config = await blob(oci, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Entrypoint: ['/pause'], User: '65535:65535' },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = await blob(oci, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
  });
  await writeFile(join(oci, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(oci, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          ...manifest,
          annotations: { 'io.containerd.image.name': NODE_IMAGE, 'org.opencontainers.image.ref.name': '1' },
        },
      ],
    }),
  );
  await tar(oci, archive);
}

async function blob(oci: string, content: Buffer | object): Promise<{ digest: string; size: number }> {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const hex = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(oci, 'blobs', 'sha256', hex), bytes);
  return { digest: `sha256:${hex}`, size: bytes.length };
}

/** The same content gives the same bytes, so the image keeps its digest from build to build. */
async function tar(folder: string, archive: string): Promise<void> {
  const stable = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await run('tar', [...stable, '-C', folder, '-cf', archive, '.']);
}
