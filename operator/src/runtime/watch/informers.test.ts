import { expect } from 'chai';
import { ManualClock } from '../../../../test/operator/runtime/manual-clock.ts';
import type { ApiClient, WatchEvent, WatchOptions } from '../client/client.ts';
import { ApiError } from '../client/error.ts';
import { kindOf, type Kind } from '../object.ts';
import { Informers } from './informers.ts';

const route = kindOf('gateway.networking.k8s.io/v1', 'HTTPRoute');

/** A server that serves the kind in these namespaces, as the discovery of each watch finds it. */
function serving(namespaces: ReadonlySet<string>): ApiClient {
  const other = (): never => expect.fail('informers list and watch only');
  async function* watch(_kind: Kind, { namespace = '', signal }: WatchOptions): AsyncGenerator<WatchEvent[]> {
    if (!namespaces.has(namespace)) throw new ApiError({ code: 404, reason: 'KindNotServed', message: 'no' });
    const metadata = { name: '', resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } };
    yield [{ type: 'BOOKMARK', object: { ...route, metadata } }];
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
  const reads = { get: other, list: other, watch, resource: other, read: other };
  const writes = { create: other, replace: other, apply: other, patch: other, delete: other };
  return { ...reads, ...writes, guarded: other, close: other };
}

describe('informers of a kind that the cluster may not serve', () => {
  it('tell once that it has come, when all of them have it', async () => {
    const clock = new ManualClock();
    const served = new Set<string>();
    const informers = new Informers({ client: serving(served), clock, random: () => 0.5 });
    informers.add(route, { namespaces: ['club', 'other'], optional: true });
    const told: boolean[] = [];
    informers.onServed((kind) => told.push(informers.served(kind)));
    informers.start();
    await clock.advance(1_000);
    expect(told).to.deep.equal([false]);
    served.add('club');
    await clock.advance(20_000);
    expect(told).to.deep.equal([false]);
    served.add('other');
    await clock.advance(20_000);
    expect(told).to.deep.equal([false, true]);
    await informers.stop();
  });
});
