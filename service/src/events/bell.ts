/** A bell: whoever waits for it goes on when it rings; a ring that nobody waited for is kept for the next one. */
export class Bell {
  #rung = false;
  #waiting: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#waiting?.();
  }

  /** Resolves at the next ring, or after `ms`, or at `stop`. One caller at a time. */
  async wait(ms: number, stop: AbortSignal): Promise<void> {
    if (!this.#rung && !stop.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          stop.removeEventListener('abort', done);
          this.#waiting = undefined;
          resolve();
        };
        const timer = setTimeout(done, ms);
        stop.addEventListener('abort', done, { once: true });
        this.#waiting = done;
      });
    }
    this.#rung = false;
  }
}
