/** The part of kafkajs that is not in its types and that we mend. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection. */
  export default class RequestQueue {
    constructor(options: {
      maxInFlightRequests: number | null;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
      clientId: string;
      broker: string;
      logger: { debug(): void; warn(): void; error(): void };
      isConnected: () => boolean;
    });
    /** What is not sent yet, because too much is in flight or the broker asked for a pause. */
    readonly pending: readonly unknown[];
    push(request: {
      readonly entry: { readonly correlationId: number; resolve(): void; reject(): void };
      readonly expectResponse: boolean;
      readonly sendRequest: () => void;
    }): void;
    fulfillRequest(response: {
      readonly correlationId: number;
      readonly payload: unknown;
      readonly size: number;
    }): void;
    maybeThrottle(milliseconds: number): void;
    /** Looks at `pending` again, and again for as long as the queue lives, at once when the broker wants no pause. */
    scheduleCheckPendingRequests(): void;
    destroy(): void;
  }
}
