/** One write of an operator at which it is struck, and the count of those before. */
import type { ProxiedRequest, Treat, Treatment } from '../faults/api-proxy.ts';

/** `killed`: nothing of it is left. `answer lost`: it lives on, and cannot know whether the write was done. */
export type Blow = 'killed after the answer' | 'killed before the answer' | 'answer lost';

export const blows: readonly Blow[] = ['killed after the answer', 'killed before the answer', 'answer lost'];

export interface Strike {
  readonly write: number;
  readonly blow: Blow;
}

/**
 * Lets the writes of one operator through one at a time, so that "the nth" means something: an operator sends many side by
 * side. Of a killed one nothing more gets through, whatever was on its way.
 */
export class StrikingGate {
  #armed: (Strike & { readonly fallen: () => void }) | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #dead = false;
  #writes = 0;

  /** Strikes at that write, counted from now on; undefined: at none. `fallen` is called with the blow, and kills. */
  arm(strike: Strike | undefined, fallen: () => void): void {
    this.#armed = strike && { ...strike, write: this.#writes + strike.write, fallen };
  }

  /** Writes that got through. */
  get writes(): number {
    return this.#writes;
  }

  readonly treat: Treat = async (request: ProxiedRequest): Promise<Treatment> => {
    if (!request.isWrite) return this.#dead ? { do: 'swallow' } : { do: 'pass' };
    const before = this.#turn;
    const over = Promise.withResolvers<undefined>();
    this.#turn = over.promise;
    await before;
    if (this.#dead) return { do: 'swallow' };
    this.#writes += 1;
    const strike = this.#armed?.write === this.#writes ? this.#armed : undefined;
    this.#dead = strike !== undefined && strike.blow !== 'answer lost';
    const done = (): void => {
      strike?.fallen();
      over.resolve(undefined);
    };
    return { do: strike === undefined || strike.blow === 'killed after the answer' ? 'pass' : 'lose', done };
  };
}
