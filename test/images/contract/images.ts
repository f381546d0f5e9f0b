import { ensureImages } from '../build.ts';
import { version } from '../ours/source.ts';
import { unpack } from '../running/image.ts';
import type { Image } from '../running/image.ts';

const unpacked = new Map<string, Promise<Image>>();

/**
 * An image, made where the cache has none, and unpacked once for all who ask.
 * @param reference without a tag it is one of ours, of this release
 */
export function imageOf(reference: string): Promise<Image> {
  const known = unpacked.get(reference);
  if (known) return known;
  const image = makeAndUnpack(reference);
  unpacked.set(reference, image);
  return image;
}

async function makeAndUnpack(name: string): Promise<Image> {
  const reference = name.includes(':') ? name : `${name}:${await version()}`;
  return await unpack((await ensureImages([reference])).get(reference) ?? '');
}
