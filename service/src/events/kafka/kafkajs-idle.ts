/**
 * Mends kafkajs' issue 1751. After its first answer a connection looks for requests that wait, a thousand times a second and
 * for as long as it lives, because its timer is set to a time in the past: 45 thousandths of a core where nothing happens,
 * enough to keep an autoscaler from ever coming down. It need look only while a request waits; whoever adds one asks for it.
 */
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** Call before the first connection; calling it again changes nothing. */
export function quietIdleConnections(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) look.call(this);
  };
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the queue that asks
const look = RequestQueue.prototype.scheduleCheckPendingRequests;
