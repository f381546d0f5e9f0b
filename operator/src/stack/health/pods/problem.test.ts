/** What the truth table (test/operator/truth/truth.test.ts) does not show: what comes before or after a state, and must not be taken for it. */
import { expect } from 'chai';
import { resolved } from '../../../../../test/operator/harness/rendered.ts';
import { changed, fine, type Live, seeing, standing } from '../../../../../test/operator/harness/standing.ts';
import { selector, type Part } from '../../../api/labels.ts';
import { names, podClaim } from '../../../api/names.ts';
import { topicJob } from '../../jobs/topic.ts';
import { type Refusal, withEvents } from '../../observed.ts';
import { conditions } from '../conditions.ts';
import { podProblem, waitingFor, whereToLook } from './problem.ts';

const app = resolved({ version: '0.1.0', events: { managed: { replicas: 3 } } });
const { api, database, events } = names(app);
const all = standing(app);

function pod(part: Part, container: object, conditions: readonly object[] = []): Live {
  const status = {
    conditions,
    containerStatuses: [{ name: 'c', image: 'i:1', restartCount: 0, ready: false, ...container }],
  };
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: podClaim(database, 0) } }];
  return { kind: 'Pod', metadata: { name: 'p', labels: selector(app, part) }, spec: { volumes }, status };
}

function ended(seconds: number, more: object = {}): object {
  const startedAt = new Date(0).toISOString();
  return { terminated: { exitCode: 1, startedAt, finishedAt: new Date(seconds * 1000).toISOString(), ...more } };
}

/** `CrashLoop` and the like; undefined: nothing is wrong that would be known. */
function reason(...objects: readonly Live[]): string | undefined {
  return podProblem(app, 'database', seeing([...all, ...objects]))?.reason;
}

describe('what keeps a pod from being ready', () => {
  it('is a crash loop also while the container runs between two ends, and not after one end or a long run', () => {
    const running = { running: {} };
    expect(reason(pod('database', { restartCount: 2, state: running, lastState: ended(9) }))).to.equal('CrashLoop');
    expect(reason(pod('database', { restartCount: 2, state: ended(9), lastState: ended(9) }))).to.equal('CrashLoop');
    expect(reason(pod('database', { restartCount: 1, state: running, lastState: ended(9) }))).to.equal(undefined);
    expect(reason(pod('database', { restartCount: 2, state: running, lastState: ended(86_400) }))).to.equal(undefined);
    expect(reason(pod('database', { ready: true, restartCount: 9, lastState: ended(9) }))).to.equal(undefined);
  });

  it('is nothing while a container is made or an init container runs', () => {
    for (const waiting of ['ContainerCreating', 'PodInitializing']) {
      expect(reason(pod('database', { state: { waiting: { reason: waiting } } }))).to.equal(undefined);
    }
  });

  it('is what its node says while no container of it is started, and nothing of that once one is', () => {
    const words = 'MountVolume.SetUp failed for volume "data" : no such disk';
    const told = (container: object, isReadyToStart = 'False'): string | undefined => {
      const { metadata, status } = pod('database', container, [
        { type: 'PodScheduled', status: 'True' },
        { type: 'PodReadyToStartContainers', status: isReadyToStart },
      ]);
      const placed = { kind: 'Pod', metadata: { ...metadata, uid: 'u' }, spec: { nodeName: 'node-1' }, status };
      const observed = withEvents(seeing([...all, placed]), { startWarnings: new Map([['u', words]]) });
      return podProblem(app, 'database', observed)?.message;
    };
    const creating = { state: { waiting: { reason: 'ContainerCreating' } } };
    expect(told(creating)).to.equal(`pod p is not started on node node-1: ${words}; see: kubectl describe pod p`);
    expect(told({ ...creating, lastState: ended(9, { reason: 'OOMKilled' }) })).to.contain(words);
    expect(told(creating, 'True')).to.equal(undefined);
    expect(told({ state: { running: {} } })).to.equal(undefined);
    expect(told({ state: { waiting: { reason: 'ErrImagePull' } } })).to.match(/cannot pull/);
  });

  it('reads the same whether the kubelet has just failed to pull or waits to try again', () => {
    const words = 'rpc error: code = NotFound desc = failed to pull and unpack image "x/i:1": x/i:1: not found';
    const told = [
      { reason: 'ErrImagePull', message: words },
      { reason: 'ImagePullBackOff', message: `Back-off pulling image "i:1": ErrImagePull: ${words}` },
    ].map((waiting) => podProblem(app, 'api', seeing([pod('api', { state: { waiting } })])));
    expect(told[0]).to.deep.equal(told[1]);
    expect(told[0]?.message).to.match(
      /^pod p cannot pull i:1: x\/i:1: not found; see to spec\.version and spec\.api\.image/,
    );
  });

  it('reads the same whatever port the name of the registry was asked for from', () => {
    const lookup = 'dial tcp: lookup r.example on 192.0.2.53:53: read udp 192.0.2.1:PORT->192.0.2.53:53: i/o timeout';
    const told = ['54929', '43613'].map((port) => {
      const message = `failed to resolve image: failed to do request: ${lookup.replace('PORT', port)}`;
      return podProblem(app, 'api', seeing([pod('api', { state: { waiting: { reason: 'ErrImagePull', message } } })]));
    });
    expect(told[0]).to.deep.equal(told[1]);
    expect(told[0]?.message).to.match(/i:1: failed to do request: dial tcp: lookup r\.example: i\/o timeout; see to/);
  });

  it('is cut where others say it at length', () => {
    const waiting = { reason: 'ErrImagePull', message: `no: ${'\n<html>'.repeat(10_000)}` };
    const problem = podProblem(app, 'api', seeing([pod('api', { state: { waiting } })]));
    expect(problem?.message)
      .to.have.length.below(600)
      .and.match(/…; see to spec\.version/);
    expect(problem?.message).not.to.contain('\n');
  });

  it('is a full disk for a store with a volume alone', () => {
    const state = ended(9, { message: 'java.io.IOException: No space left on device\n\tat java.base' });
    expect(reason(pod('database', { state }))).to.equal('DiskFull');
    expect(podProblem(app, 'api', seeing([pod('api', { state })]))).to.equal(undefined);
  });

  it('is a full disk that has to be moved where its StorageClass does not let it grow', () => {
    const state = ended(9, { message: 'No space left on device' });
    const said = (allowVolumeExpansion: boolean): string | undefined => {
      const classed = changed(all, 'PersistentVolumeClaim', podClaim(database, 0), (live) => ({
        ...live,
        spec: { storageClassName: 'local', volumeName: 'v' },
      }));
      const local = { kind: 'StorageClass', metadata: { name: 'local' }, provisioner: 'x', allowVolumeExpansion };
      return podProblem(app, 'database', seeing([...classed, local, pod('database', { state })]))?.message;
    };
    expect(said(true)).to.match(/; raise spec\.database\.managed\.storage\.size, it grows while the pod is down$/);
    expect(said(false)).to.match(
      /; it cannot grow: StorageClass local .*; set allowVolumeExpansion: true on StorageClass local and raise spec\.database\.managed\.storage\.size, or move to a larger volume/,
    );
  });

  it('is nothing of a pod that was evicted and whose place another has taken; of a Job it is its last try', () => {
    const evicted = (part: Part): Live => {
      const { status, ...rest } = pod(part, { state: ended(9, { reason: 'OOMKilled' }) });
      return { ...rest, status: { ...(status as object), phase: 'Failed', reason: 'Evicted' } };
    };
    expect(podProblem(app, 'api', seeing([evicted('api')]))).to.equal(undefined);
    expect(waitingFor(app, 'api', seeing([evicted('api')]))).to.equal('');
    expect(whereToLook(app, 'api', seeing([evicted('api')]))).to.equal('');
    expect(podProblem(app, 'migrate', seeing([evicted('migrate')]))?.reason).to.equal('OutOfMemory');
  });

  it('is to be looked for in the first pod that is not on its way out', () => {
    const { metadata, ...rest } = pod('database', { state: { running: {} } });
    const named = (name: string, more: object = {}): Live => ({ ...rest, metadata: { ...metadata, name, ...more } });
    const leaving = named('a', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const look = (...pods: Live[]): string => whereToLook(app, 'database', seeing(pods));
    expect(look(leaving)).to.equal('');
    expect(look(named('c'), named('b'), leaving)).to.equal('; should it take long, see: kubectl describe pod b');
  });

  it('is the node, not the volume, where the volume waits for the node', () => {
    const pending = changed(all, 'PersistentVolumeClaim', podClaim(database, 0), (live) => ({
      ...live,
      spec: { storageClassName: 'late' },
      status: { phase: 'Pending' },
    }));
    const late = { kind: 'StorageClass', metadata: { name: 'late' }, provisioner: 'x' };
    const without = (message: string): string | undefined => {
      const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
      return podProblem(app, 'database', seeing([...pending, late, pod('database', {}, [scheduled])]))?.reason;
    };
    expect(without("0/3 nodes are available: 3 node(s) didn't match")).to.equal('Unschedulable');
    expect(without('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.')).to.equal(
      'VolumeBinding',
    );
    expect(without("0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind.")).to.equal(
      'VolumeBinding',
    );
  });

  it('is no refusal while the account of the pod is on its way, as it is beside every new workload', () => {
    const refused = (words: string): string | undefined => {
      const refusal: Refusal = { workload: `StatefulSet ${database}`, words };
      return podProblem(app, 'database', withEvents(seeing(all), { refusals: new Map([['database', refusal]]) }))
        ?.reason;
    };
    const account = 'error looking up service account club/a: serviceaccount "a" not found';
    expect(refused(`pods "p" is forbidden: ${account}`)).to.equal(undefined);
    expect(refused('pods "p" is forbidden: failed quota: q: must specify limits.cpu')).to.equal('QuotaExceeded');
    expect(refused('Internal error occurred: failed calling webhook "w"')).to.equal('PodRefused');
    const failure = { type: 'ReplicaFailure', status: 'True', message: `pods "p" is forbidden: ${account}` };
    const young = changed(all, 'Deployment', api, (live) => ({ ...live, status: { conditions: [failure] } }));
    expect(podProblem(app, 'api', seeing(young))).to.equal(undefined);
  });
});

describe('a quorum', () => {
  const down = (ready: number, status: object = {}): Live[] =>
    changed(all, 'StatefulSet', events, (live) => ({
      ...live,
      status: { replicas: 3, updatedReplicas: 3, readyReplicas: ready, ...status },
    }));
  const said = (objects: readonly Live[]): string | undefined =>
    conditions(app, seeing(objects), fine, undefined).find(({ type }) => type === 'EventsReady')?.reason;

  it('is lost once it has been there, with less than most of its members', () => {
    expect([3, 2, 1, 0].map((ready) => said(down(ready)))).to.deep.equal([
      'Available',
      'Degraded',
      'QuorumLost',
      'QuorumLost',
    ]);
  });

  it('is not lost where it is yet to come, or where a roll-out takes its members one by one', () => {
    const topic = topicJob(app, seeing(all))?.metadata.name;
    const first = down(1).filter(({ metadata }) => metadata.name !== topic);
    expect(said(first)).to.equal('PodNotReady');
    expect(said(down(2, { currentRevision: 'a', updateRevision: 'b' }))).to.equal('PodNotReady');
  });
});
