/** The end of a connection with TLS, for whoever waits for something on it. */
import { ConnectionLost } from './errors.ts';

/**
 * An error on the socket below TLS would reach the connector first, which takes its listeners off the TLS socket; that one's own
 * error then ends the process. So such a socket ends without an error, and who waits is told here.
 */
export class Cut {
  readonly #waiting = new Set<PromiseWithResolvers<never>>();
  #lost: ConnectionLost | undefined;

  /**
   * What `pending` comes to. Each call has a promise of its own to race with: one for all would gather a reaction of each, which
   * nothing takes off it, until the connection ends.
   * @throws ConnectionLost once the connection is cut
   */
  async unlessCut<T>(pending: Promise<T>): Promise<T> {
    const cut = Promise.withResolvers<never>();
    if (this.#lost) cut.reject(this.#lost);
    this.#waiting.add(cut);
    try {
      return await Promise.race([cut.promise, pending]);
    } finally {
      this.#waiting.delete(cut);
    }
  }

  /** @param why as it is to stand in a log */
  now(why: string): void {
    this.#lost = new ConnectionLost({ cause: new Error(why) });
    for (const { reject } of this.#waiting) reject(this.#lost);
  }
}
