import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { ManualClock, settle } from '../../../../test/operator/runtime/manual-clock.ts';
import type { ApiClient, ListOptions, WatchEvent, WatchOptions } from '../client/client.ts';
import { ApiError } from '../client/error.ts';
import { kindOf } from '../object.ts';
import type { Kind, KubeList, KubeObject } from '../object.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';

const kind = kindOf('v1', 'ConfigMap');

function object(name: string, version: number): KubeObject {
  const metadata = { name, namespace: 'shop', uid: name, resourceVersion: String(version) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

function bookmark(version: number, ends = false): WatchEvent {
  const annotations = ends ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  const metadata = { name: '', resourceVersion: String(version), ...annotations };
  return { type: 'BOOKMARK', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata } };
}

function added(name: string, version: number): WatchEvent {
  return { type: 'ADDED', object: object(name, version) };
}

function failure(code: number, reason: string): ApiError {
  return new ApiError({ code, reason, message: reason });
}

/** `hang`: the stream stays open until it is aborted. */
type Part = WatchEvent[] | 'hang' | ApiError;

/** Answers the n-th watch with the n-th script, and notes what was asked. */
function scripted(watches: Part[][], lists: (KubeList | ApiError)[] = []): { client: ApiClient; asked: object[] } {
  const asked: object[] = [];
  const other = (): never => expect.fail('a reflector lists and watches only');
  async function* watch(_kind: Kind, options: WatchOptions): AsyncGenerator<WatchEvent[]> {
    const { resourceVersion, sendInitialEvents } = options;
    asked.push(sendInitialEvents ? { streams: true } : { from: resourceVersion });
    for (const part of watches.shift() ?? ['hang']) {
      await turn();
      if (part instanceof ApiError) throw part;
      if (part !== 'hang') yield part;
      else {
        const { promise, reject } = Promise.withResolvers<never>();
        const { signal } = options;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        if (signal.aborted) return;
        await promise;
      }
    }
  }
  async function list<T extends KubeObject>(_kind: Kind<T>, options?: ListOptions): Promise<KubeList<T>> {
    asked.push({ list: options?.continue ?? 'first', limit: options?.limit });
    await turn();
    const answer = lists.shift();
    if (!answer || answer instanceof ApiError) throw answer ?? failure(500, 'NoScript');
    return answer as KubeList<T>;
  }
  const rest = { get: other, create: other, replace: other, apply: other, patch: other, delete: other };
  const client: ApiClient = { ...rest, list, watch, resource: other, read: other, guarded: other, close: other };
  return { client, asked };
}

describe('the reflector', () => {
  let clock: ManualClock;
  let store: Store;
  let stop: AbortController;
  let running: Promise<undefined>;

  beforeEach(() => {
    clock = new ManualClock();
    store = new Store();
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort();
    await running;
    expect(clock.pending).to.equal(0);
  });

  async function start(client: ApiClient, optional = false): Promise<Reflector> {
    const reflector = new Reflector({ client, kind, sink: store, optional, clock, random: () => 0.5 });
    running = reflector.run(stop.signal);
    for (let round = 0; round < 5; round += 1) await settle();
    return reflector;
  }

  it('streams the list, and is synced at its end and not before', async () => {
    const { client, asked } = scripted([
      [[added('a', 5)], [added('b', 3), bookmark(9, true)], [added('c', 12)], 'hang'],
    ]);
    const synced: number[] = [];
    void store.whenSynced().then(() => synced.push(store.size));
    await start(client);
    expect(asked).to.deep.equal([{ streams: true }]);
    expect(synced).to.deep.equal([2]);
    expect([...store.keys()]).to.deep.equal(['shop/a', 'shop/b', 'shop/c']);
  });

  it('goes on from the last bookmark after an orderly end, without listing again', async () => {
    const { client, asked } = scripted([[[bookmark(9, true)], 'hang'], ['hang']]);
    await start(client);
    await clock.advance(100_000);
    store.upsert(object('x', 10));
    expect(asked).to.have.length(1);
    // The watchdog bites after 180 s of silence.
    await clock.advance(100_000);
    expect(asked).to.deep.equal([{ streams: true }, { from: '9' }]);
  });

  it('lists again when its version has expired, and tells what was deleted meanwhile', async () => {
    const expired: WatchEvent = {
      type: 'ERROR',
      object: { apiVersion: 'v1', kind: 'Status', metadata: { name: '' }, code: 410, reason: 'Expired' },
    };
    const { client, asked } = scripted([
      [[added('a', 5), added('b', 6), bookmark(9, true)], [expired]],
      [[added('b', 6), bookmark(20, true)], 'hang'],
    ]);
    const gone: string[] = [];
    store.subscribe(({ key, now }) => {
      if (!now) gone.push(key);
    });
    await start(client);
    await clock.advance(2_000);
    expect(asked).to.deep.equal([{ streams: true }, { streams: true }]);
    expect(gone).to.deep.equal(['shop/a']);
  });

  it('falls back to pages where lists are not streamed, and to one page when a token expires', async () => {
    const { client, asked } = scripted(
      [[failure(422, 'Invalid')], ['hang']],
      [
        { metadata: { resourceVersion: '7', continue: 'more' }, items: [object('a', 1)] },
        failure(410, 'Expired'),
        { metadata: { resourceVersion: '8' }, items: [object('a', 1), object('b', 2)] },
      ],
    );
    await start(client);
    expect(asked).to.deep.equal([
      { streams: true },
      { list: 'first', limit: 500 },
      { list: 'more', limit: 500 },
      { list: 'first', limit: undefined },
      { from: '8' },
    ]);
    expect([...store.keys()]).to.deep.equal(['shop/a', 'shop/b']);
  });

  it('does not hammer a server that sends one event and hangs up', async () => {
    const { client, asked } = scripted([
      [[bookmark(1, true)]],
      ...Array.from({ length: 500 }, (_, at) => [[added('a', at + 2)]]),
    ]);
    await start(client);
    await clock.advance(60_000);
    expect(asked.length).to.be.within(3, 8);
  });

  it('tries a server that refuses connections every few seconds, and comes back from where it was', async () => {
    const down = failure(0, 'ConnectionRefused');
    const { client, asked } = scripted([
      [[bookmark(9, true)], down],
      ...Array.from({ length: 9 }, () => [down]),
      ['hang'],
    ]);
    await start(client);
    await clock.advance(30_000);
    expect(asked).to.have.length(11);
    expect(asked.at(-1)).to.deep.equal({ from: '9' });
  });

  it('is back seconds after a server that was away for long, though that refuses it once more at its start', async () => {
    const reset = failure(0, 'ConnectionFailed');
    const { client, asked } = scripted([
      [[bookmark(9, true)], reset],
      ...Array.from({ length: 60 }, (_, at) => [at % 2 === 0 ? reset : failure(503, 'ServiceUnavailable')]),
      [failure(403, 'Forbidden')],
      ['hang'],
    ]);
    await start(client);
    for (let waited = 0; asked.length < 62; waited += 1) {
      expect(waited).to.be.below(400);
      await clock.advance(1_000);
    }
    await clock.advance(5_000);
    expect(asked).to.have.length(63);
  });

  it('finds a kind within seconds that was not served for long', async () => {
    const missing = failure(404, 'KindNotServed');
    const { client, asked } = scripted([...Array.from({ length: 30 }, () => [missing]), [[bookmark(5, true)], 'hang']]);
    const reflector = await start(client);
    expect([store.synced, reflector.served]).to.deep.equal([false, false]);
    await clock.advance(300_000);
    expect([store.synced, reflector.served, asked.length]).to.deep.equal([true, true, 31]);
  });

  it('counts an optional kind that is not served as an empty list, and looks again', async () => {
    const missing = failure(404, 'KindNotServed');
    const { client } = scripted([[missing], [missing], [[added('a', 3), bookmark(5, true)], 'hang']]);
    const reflector = await start(client, true);
    expect([store.synced, reflector.served, store.size]).to.deep.equal([true, false, 0]);
    await clock.advance(70_000);
    expect([reflector.served, store.size]).to.deep.equal([true, 1]);
  });

  it('tells when an optional kind comes to be served, when its list is in, and when it no longer is', async () => {
    const missing = failure(404, 'KindNotServed');
    const { client } = scripted([
      [missing],
      [missing],
      [[added('a', 3)], [bookmark(5, true)], missing],
      [missing],
      ['hang'],
    ]);
    const told: [served: boolean, keys: string[]][] = [];
    const servedChanged = (): void => {
      told.push([reflector.served, [...store.keys()]]);
    };
    const random = (): number => 0.5;
    const reflector = new Reflector({ client, kind, sink: store, optional: true, servedChanged, clock, random });
    running = reflector.run(stop.signal);
    for (let round = 0; round < 5; round += 1) await settle();
    await clock.advance(70_000);
    expect(told).to.deep.equal([
      [false, []],
      [true, ['shop/a']],
      [false, ['shop/a']],
    ]);
    expect(store.size).to.equal(0);
  });

  it('tells once that the kind is refused, and when all of it has been listed anew', async () => {
    const no = failure(403, 'Forbidden');
    const { client, asked } = scripted([
      [no],
      [no],
      [[added('a', 3)], [bookmark(5, true)], no],
      [no],
      [[added('b', 7), bookmark(8, true)], 'hang'],
    ]);
    const told: [refused: boolean, keys: string[]][] = [];
    const refused = (refusal: ApiError | undefined): void => {
      told.push([refusal !== undefined, [...store.keys()]]);
    };
    const reflector = new Reflector({ client, kind, sink: store, refused, clock, random: () => 0.5 });
    running = reflector.run(stop.signal);
    for (let round = 0; round < 5; round += 1) await settle();
    await clock.advance(120_000);
    expect(told).to.deep.equal([
      [true, []],
      [false, ['shop/a']],
      [true, ['shop/a']],
      [false, ['shop/b']],
    ]);
    expect(asked).to.deep.equal(Array.from({ length: 5 }, () => ({ streams: true })));
  });
});
