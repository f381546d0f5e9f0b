/**
 * Objects as short strings. A thousand owners with twenty children each are 20,000 objects that are read a few times an
 * hour; as JavaScript objects they take 5 KB apiece. Objects of one kind are alike, so the first one serves as the dictionary.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { KubeObject } from '../object.ts';

// Level 1 is as small here as 6 within a few per cent (most of an object is one match in the dictionary) at half the time.
// Small windows spare zlib the clearing of 256 KB for every object.
const compression = { level: 1, memLevel: 5, windowBits: 13, chunkSize: 1024 } as const;

export class Packing<T extends KubeObject> {
  #dictionary: Buffer | undefined;

  pack(object: T): string {
    const json = Buffer.from(JSON.stringify(object));
    this.#dictionary ??= json;
    // A Buffer costs some 200 bytes beside its content, a one-byte string 20.
    return deflateRawSync(json, { ...compression, dictionary: this.#dictionary }).toString('latin1');
  }

  unpack(packed: string): T {
    if (!this.#dictionary) throw new Error('nothing was packed yet');
    const json = inflateRawSync(Buffer.from(packed, 'latin1'), {
      dictionary: this.#dictionary,
      windowBits: compression.windowBits,
      chunkSize: 4096,
    });
    return JSON.parse(json.toString()) as T;
  }
}
