import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeArchive } from '../making/archive.ts';
import { cacheFolder, once } from '../making/cache.ts';
import type { Voice } from '../../cluster/host/progress.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';
import { node } from '../recipes/node.ts';
import { ensureLayers, recipeKey } from '../rootfs.ts';
import type { Builder } from './builder.ts';

const OFFICIAL = 'node:26-trixie-slim';

/**
 * The image that both Dockerfiles build in: the stand-in, under a name of its own so that it never passes for the official
 * one in a user's Docker; or the official one itself.
 * Where this machine trusts further certificate authorities or uses another npm registry, the build must as well: they are
 * put into a local image on top. Nothing of it reaches the final images, which start from scratch.
 */
export async function ensureBase(builder: Builder, official: boolean, voice?: Voice): Promise<string> {
  const base = official ? OFFICIAL : await standIn(builder, voice);
  const { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, NPM_CONFIG_REGISTRY } = process.env;
  const authorities = NODE_EXTRA_CA_CERTS ?? SSL_CERT_FILE;
  const lines = [`FROM ${base}`];
  const context = temporaryFolder('base');
  try {
    if (authorities !== undefined) {
      await copyFile(authorities, join(context, 'authorities.pem'));
      lines.push('COPY authorities.pem /etc/authorities.pem', 'ENV NODE_EXTRA_CA_CERTS=/etc/authorities.pem');
    }
    if (NPM_CONFIG_REGISTRY !== undefined) lines.push(`ENV NPM_CONFIG_REGISTRY=${NPM_CONFIG_REGISTRY}`);
    if (lines.length === 1) return base;
    await writeFile(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
    const reference = 'localhost/memoapp-build:local';
    await builder.build({ context, dockerfile: 'Dockerfile', reference, args: {} });
    return reference;
  } finally {
    await rm(context, { recursive: true });
  }
}

async function standIn(builder: Builder, voice?: Voice): Promise<string> {
  const key = await recipeKey(node);
  const reference = `localhost/memoapp-node:${key}`;
  if (await builder.has(reference)) return reference;
  const layers = await ensureLayers(node, voice);
  const archive = await once(cacheFolder('images', 'archives', `memoapp-node-${key}.tar`), (path) =>
    writeArchive(path, reference, layers, node.config ?? {}),
  );
  await builder.load(archive);
  return reference;
}
