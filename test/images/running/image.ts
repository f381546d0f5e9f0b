import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../cluster/host/command.ts';
import { removeAtExit } from '../../cluster/host/removal.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';

/** What of an image's config a runtime obeys. */
export interface Config {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly Volumes?: Readonly<Record<string, unknown>> | null;
  readonly ExposedPorts?: Readonly<Record<string, unknown>> | null;
  readonly StopSignal?: string;
}

/** An image unpacked from its archive, as a runtime would. */
export interface Image {
  /** Its root file system. Containers see it through an overlay of their own: nothing writes here. */
  readonly root: string;
  readonly config: Config;
  /** Megabytes of the archive's layers, uncompressed. */
  readonly megabytes: number;
}

interface ArchiveEntry {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/**
 * Unpacks an archive into a temporary folder, layer over layer, white-outs applied. The folder goes when this process
 * exits; a killed process leaves it to the next one that asks for such a folder.
 */
export async function unpack(archive: string): Promise<Image> {
  const folder = temporaryFolder('image');
  removeAtExit(folder);
  const [blobs, root] = [join(folder, 'blobs'), join(folder, 'root')];
  await mkdir(blobs);
  await mkdir(root);
  await run('tar', ['-xf', archive, '-C', blobs]);
  const [entry] = (await json(join(blobs, 'manifest.json'))) as ArchiveEntry[];
  if (!entry) throw new Error(`${archive} holds no image`);
  const { config } = (await json(join(blobs, entry.Config))) as { config: Config };
  const layers = entry.Layers.map((layer) => join(blobs, layer));
  for (const layer of layers) await run('sh', ['-euc', APPLY, 'sh', layer, root]);
  const size = (await run('du', ['-cmL', ...layers])).split('\n').at(-1)?.split('\t')[0];
  await rm(blobs, { recursive: true });
  return { root, config, megabytes: Number(size) };
}

const APPLY = `tar -xf "$1" -C "$2" --same-owner --same-permissions --numeric-owner
find "$2" -xdev -name '.wh.*' | while read -r mark; do
  rm -rf "$(dirname "$mark")/$(basename "$mark" | cut -c5-)" "$mark"
done`;

/** The archives are our own builders': their shape is what the runtimes that load them check. */
async function json(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
