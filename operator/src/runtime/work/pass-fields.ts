/** Which pass a line of the log belongs to, wherever in the pass it is written. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface PassFields {
  readonly controller: string;
  /** `namespace/name` of the object. */
  readonly key: string;
  /** Another for each pass, under controller-runtime's name: whoever searches for it reads one pass from end to end. */
  readonly reconcileID: string;
}

const current = new AsyncLocalStorage<PassFields>();

/** Runs a pass; what it starts and awaits belongs to it. */
export function duringPass<T>(fields: PassFields, pass: () => T): T {
  return current.run(fields, pass);
}

/** Those of the pass under way, none outside of one; for the `mixin` of pino. */
export function passFields(): Partial<PassFields> {
  return { ...current.getStore() };
}
