import { expect } from 'chai';
import type { Event } from './events-about.ts';
import { startWarning } from './start-warning.ts';

/** @param second at which it was told last */
function event(second: number, reason: string, note = reason): Event {
  const deprecatedLastTimestamp = new Date(second * 1_000).toISOString();
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e' },
    reason,
    note,
    deprecatedLastTimestamp,
  };
}

const multiAttach = event(5, 'FailedAttachVolume', 'Multi-Attach error for volume "v"');
const timedOut = event(125, 'FailedMount', 'Unable to attach or mount volumes: unmounted volumes=[data]: timed out');

describe('what keeps a node from starting a pod', () => {
  it('is nothing where no Event warns of it, also where the pod found no node at first', () => {
    expect(startWarning([], undefined)).to.equal(undefined);
    expect(startWarning([event(1, 'FailedScheduling'), event(2, 'Scheduled')], undefined)).to.equal(undefined);
  });

  it('is the volume that is not attached, not the mount that times out because of it, whichever came last', () => {
    for (const events of [[multiAttach], [multiAttach, timedOut], [timedOut, multiAttach]])
      expect(startWarning(events, undefined)).to.equal(multiAttach.note);
    expect(startWarning([timedOut], undefined)).to.equal(timedOut.note);
    const attached = event(130, 'SuccessfulAttachVolume');
    expect(startWarning([multiAttach, timedOut, attached], undefined)).to.equal(timedOut.note);
  });

  it('is over once what comes after it goes on: an image that is pulled for long is no fault', () => {
    const early = event(2, 'FailedMount', 'MountVolume.SetUp failed for volume "c" : failed to sync configmap cache');
    expect(startWarning([early], undefined)).to.equal(early.note);
    expect(startWarning([early, event(4, 'Pulling')], undefined)).to.equal(undefined);
    const network = event(6, 'FailedCreatePodSandBox', 'no plugin');
    expect(startWarning([early, network], undefined)).to.equal('no plugin');
  });

  it('is over also where those who tell it write Events the newer way', () => {
    const eventTime = new Date(1_000).toISOString();
    const mounting = { ...event(2, 'FailedMount'), deprecatedLastTimestamp: null, eventTime, series: null };
    expect(startWarning([mounting, event(1, 'Pulling')], undefined)).to.equal(undefined);
    const again = { ...mounting, series: { lastObservedTime: new Date(9_000).toISOString() } };
    expect(startWarning([again, event(1, 'Pulling')], undefined)).to.equal(mounting.note);
  });

  it('is the same volume in every pass where several are tried in turn, and no other that is mended', () => {
    const [a, b] = ['a', 'b'].map((name) => (second: number) => event(second, 'FailedMount', `no volume ${name}`));
    const said = (...events: (Event | undefined)[]): string | undefined =>
      startWarning(
        events.filter((one) => one !== undefined),
        undefined,
      );
    expect(said(a?.(10), b?.(11))).to.equal('no volume a');
    expect(said(a?.(130), b?.(11))).to.equal('no volume a');
    expect(said(a?.(10), b?.(300))).to.equal('no volume b');
  });

  it('keeps its words where nothing but ids and ports are others with the next attempt', () => {
    const attempt = (second: number, id: string, port: number): Event =>
      event(second, 'FailedCreatePodSandBox', `no network for sandbox "${id.repeat(16)}": dial tcp 10.0.0.1:${port}`);
    const first = startWarning([attempt(1, '0a1b', 31_000)], undefined);
    expect(startWarning([attempt(9, 'f3e2', 42_000)], first)).to.equal(first);
    expect(startWarning([event(12, 'FailedCreatePodSandBox', 'no plugin')], first)).to.equal('no plugin');
    for (const id of ['0000', 'ffff']) {
      const full = event(5, 'FailedCreatePodSandBox', `no network for sandbox "${id.repeat(16)}": all addresses taken`);
      expect(startWarning([attempt(1, '8888', 31_000), full], undefined)).to.contain('all addresses taken');
    }
  });

  it('reads the same once the kubelet combines those that differ', () => {
    const combined = event(9, 'FailedCreatePodSandBox', '(combined from similar events): no plugin');
    expect(startWarning([combined], undefined)).to.equal('no plugin');
  });
});
