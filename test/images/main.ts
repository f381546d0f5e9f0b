/** `make images`: our two images and, on request, the stand-ins for the official ones. */
import { stat } from 'node:fs/promises';
import process from 'node:process';
import { Command } from 'commander';
import { ensureImages, ourReferences, standInReferences } from './build.ts';

const program = new Command('images')
  .description('Builds images into archives in the cache and prints where they are: reference, megabytes, path.')
  .argument('[references...]', 'which ones; by default memo-service and memo-operator')
  .option('--stand-ins', 'the stand-ins for the official images as well')
  .option('--official', 'build in the official Node image, pulled from its registry, and not in its stand-in')
  .option('--verbose', "the builder's own lines")
  .action(build);
await program.parseAsync();

interface Options {
  readonly standIns?: true;
  readonly official?: true;
  readonly verbose?: true;
}

async function build(references: readonly string[], { standIns, official, verbose }: Options): Promise<void> {
  const asked = references.length > 0 ? references : await ourReferences();
  const wanted = [...asked, ...(standIns ? standInReferences() : [])];
  const say = (line: string): boolean => process.stderr.write(`• ${line}\n`);
  const voice = { say, note: verbose ? say : () => undefined };
  for (const [reference, archive] of await ensureImages(wanted, voice, { official: official ?? false })) {
    const { size } = await stat(archive);
    process.stdout.write(`${reference}\t${String(Math.round(size / 1e6))} MB\t${archive}\n`);
  }
}
