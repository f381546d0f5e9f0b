import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { quietIdleConnections } from './kafkajs-idle.ts';

describe('a connection of kafkajs', () => {
  before(quietIdleConnections);

  let queue: RequestQueue;
  const silent = (): undefined => undefined;
  const answer = { payload: undefined, size: 0 };

  beforeEach(() => {
    queue = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      clientId: 'test',
      broker: 'none',
      logger: { debug: silent, warn: silent, error: silent },
      isConnected: () => true,
    });
  });

  afterEach(() => {
    queue.destroy();
  });

  /** Resolves when the request is sent. */
  function ask(correlationId: number): Promise<void> {
    return new Promise((sendRequest) => {
      queue.push({ entry: { correlationId, resolve: silent, reject: silent }, expectResponse: true, sendRequest });
    });
  }

  const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

  it('has no timer any more once all is answered', async () => {
    // Mocha has set its own by then.
    await turn();
    const before = timers();
    const [first, second] = [ask(1), ask(2)];
    await first;
    queue.fulfillRequest({ correlationId: 1, ...answer });
    await second;
    queue.fulfillRequest({ correlationId: 2, ...answer });
    // The one of the request that waited ends with its first look.
    while (timers() > before) await turn();
  });

  it('sends what waited for a pause that the broker asked for', async () => {
    queue.maybeThrottle(20);
    const sent = ask(1);
    expect(queue.pending).to.have.length(1);
    await sent;
    expect(queue.pending).to.have.length(0);
    queue.fulfillRequest({ correlationId: 1, ...answer });
  });
});
