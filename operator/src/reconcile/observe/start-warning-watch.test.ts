import { expect } from 'chai';
import { ManualClock } from '../../../../test/operator/runtime/manual-clock.ts';
import type { ApiClient } from '../../runtime/client/client.ts';
import { ApiError } from '../../runtime/client/error.ts';
import { silent } from '../../runtime/log.ts';
import type { KubeList, KubeObject } from '../../runtime/object.ts';
import type { Event } from './events-about.ts';
import { StartWarningWatch } from './start-warning-watch.ts';

describe('the watch over pods that are not started', () => {
  let clock: ManualClock;
  let watch: StartWarningWatch;
  /** Answers whoever asks for the Events about a pod. */
  let events: () => Promise<readonly Event[]>;
  let asked: number;

  const warning: Event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e' },
    reason: 'FailedMount',
    note: 'no such disk',
  };

  beforeEach(() => {
    clock = new ManualClock();
    watch = new StartWarningWatch(clock);
    events = () => Promise.resolve([warning]);
    asked = 0;
  });

  /** What is known of an app's one pod. */
  async function known(key: string, since = 0): Promise<string | undefined> {
    const list: ApiClient['list'] = async <T extends KubeObject>() => {
      asked += 1;
      return { metadata: {}, items: await events() } as KubeList as KubeList<T>;
    };
    const pod = { namespace: 'club', uid: `pod of ${key}`, since: clock.date().getTime() + since };
    const found = await watch.of(key, [pod], { client: { list }, log: silent }, new AbortController().signal);
    return found.get(pod.uid);
  }

  it('asks at once about one that was late already as the operator started', async () => {
    expect(await known('club/shop', -3_600_000)).to.equal('no such disk');
    expect(watch.dueIn('club/shop')).to.equal(30_000);
  });

  it('asks after half a minute also where the clock of the cluster is an hour ahead', async () => {
    expect(await known('club/shop', 3_600_000)).to.equal(undefined);
    await clock.advance(30_000);
    expect(await known('club/shop', 3_600_000)).to.equal('no such disk');
  });

  it('keeps what it knows where Events cannot be read, and asks again half a minute later', async () => {
    await known('club/shop', -3_600_000);
    events = () => Promise.reject(new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }));
    for (const questions of [2, 3]) {
      await clock.advance(30_000);
      expect(await known('club/shop')).to.equal('no such disk');
      expect(asked).to.equal(questions);
    }
  });

  it('forgets what kept a pod down that is started or gone, and an app that is gone', async () => {
    await known('club/shop', -3_600_000);
    await watch.of('club/shop', [], { client: { list: () => expect.fail() }, log: silent }, AbortSignal.abort());
    expect(watch.dueIn('club/shop')).to.equal(undefined);
    await known('club/shop', -3_600_000);
    watch.forget('club/shop');
    expect(watch.dueIn('club/shop')).to.equal(undefined);
  });

  it('asks about few of a thousand pods at the same time, and holds up nobody: the others find their turn later', async () => {
    const answer = Promise.withResolvers<readonly Event[]>();
    events = () => answer.promise;
    const keys = Array.from({ length: 1_000 }, (_, index) => `club/${index}`);
    const first = keys.map((key) => known(key, -3_600_000));
    expect(await first.at(-1)).to.equal(undefined);
    expect(asked).to.be.below(20);
    answer.resolve([warning]);
    await Promise.all(first);
    await clock.advance(30_000);
    for (const key of keys) expect(await known(key)).to.equal('no such disk');
  });
});
