/** Image archives that were brought into the node. */
import { stat } from 'node:fs/promises';

import { importImage } from '../components/node.ts';
import { elapsed } from '../host/progress.ts';
import type { Site } from './site.ts';

export class Images {
  readonly #site: Site;
  /** Archives whose images the node has: garbage collection never takes one here. */
  readonly #loaded = new Set<string>();
  /** One import at a time: they share the disk. */
  #turn: Promise<void> = Promise.resolve();

  constructor(site: Site) {
    this.#site = site;
  }

  /** @throws Error that names the archive and says why the node does not take it. */
  async load(archives: readonly string[]): Promise<void> {
    const { plan } = this.#site;
    if (plan.rung !== 3) throw new Error(`rung ${plan.rung} runs no containers: only rung 3 takes images`);
    for (const archive of archives) {
      const mine = this.#turn.then(async () => await this.#loadOne(archive));
      this.#turn = mine.catch(() => undefined);
      await mine;
    }
  }

  async #loadOne(archive: string): Promise<void> {
    const { ino, size, mtimeMs } = await stat(archive);
    const identity = `${archive} ${ino} ${size} ${mtimeMs}`;
    if (this.#loaded.has(identity)) return;
    const started = performance.now();
    await importImage(this.#site.paths.containerdSocket, this.#site.tool('ctr'), archive);
    this.#loaded.add(identity);
    this.#site.log(`loaded ${archive} (${elapsed(started)})`);
  }
}
