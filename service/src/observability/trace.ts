/** The trace that a request belongs to (W3C Trace Context): it is passed on as it came, for the service makes no spans. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Trace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** The header as it came. */
  readonly traceparent: string;
}

/** Version 00; of later versions the first four fields are the same (section 3.2.4). */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?=$|(?<!^00.*)-)/;
const CHARACTERS = 55;

const current = new AsyncLocalStorage<Trace>();

/** Undefined: no trace, or none that can be read, which is the same (section 3.2.2.1). */
export function traceOf(traceparent: string | string[] | undefined): Trace | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const id = TRACEPARENT.exec(traceparent)?.[1];
  return id === undefined ? undefined : { id, traceparent: traceparent.slice(0, CHARACTERS) };
}

/** Does something, and all that follows from it, as a part of the trace. */
export function inTrace(trace: Trace, work: () => void): void {
  current.run(trace, work);
}

/** The trace that this belongs to, on whatever way it was called. */
export function currentTrace(): Trace | undefined {
  return current.getStore();
}
