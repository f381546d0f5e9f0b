import { expect } from 'chai';
import type { ContainerState, ContainerStatus, Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import { troubles } from './trouble.ts';

function pod(name: string, status: PodStatus, metadata: Pod['metadata'] = {}): Pod {
  return { metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata }, status };
}

function container(state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus {
  return { name: 'kafka', image: 'apache/kafka:3.9.2', imageID: '', ready: false, restartCount: 0, state, ...more };
}

const crashed: ContainerState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };

describe('the trouble of pods', () => {
  it('is none where they are ready, ended well, or are on their way out', () => {
    const pods = [
      pod('ready', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
      pod('done', { phase: 'Succeeded' }),
      pod('leaving', { phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:01Z' }),
    ];
    expect(troubles(pods)).to.deep.equal([]);
  });

  it('is the node that is not found, in the words of the scheduler; there is no log to look at', () => {
    const message = '0/1 nodes are available: 1 Insufficient memory.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const [trouble] = troubles([pod('a', { phase: 'Pending', conditions })]);
    expect(trouble).to.deep.equal({ pod: 'a', why: `finds no node: ${message}` });
  });

  it('is the image that cannot be pulled, with its name', () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image' };
    const [trouble] = troubles([pod('a', { phase: 'Pending', containerStatuses: [container({ waiting })] })]);
    expect(trouble?.why).to.include('apache/kafka:3.9.2').and.include('ImagePullBackOff: Back-off pulling image');
    expect(trouble, 'it never ran').not.to.have.property('log');
  });

  it('is the end of the container that crashes, and its log', () => {
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s' };
    const statuses = [container({ waiting }, { lastState: crashed })];
    const [trouble] = troubles([pod('a', { phase: 'Running', containerStatuses: statuses })]);
    expect(trouble).to.include({ container: 'kafka', log: 'current' });
    expect(trouble?.why).to.include('137').and.include('OOMKilled');
  });

  it('is in the log of the life before where a container was started again and is not ready yet', () => {
    const again = [container({ running: {} }, { lastState: crashed })];
    const first = [container({ running: {} })];
    const [second, once] = troubles([
      pod('a', { phase: 'Running', containerStatuses: again }),
      pod('b', { phase: 'Running', containerStatuses: first }),
    ]);
    expect(second).to.include({ log: 'previous' });
    expect(once).to.include({ log: 'current' });
    expect(once?.why).to.include('readiness probe');
  });

  it('is an init container, as long as that is what the pod waits for', () => {
    const failed = { terminated: { exitCode: 1, reason: 'Error', message: 'no such folder\n' } };
    const status: PodStatus = {
      phase: 'Pending',
      initContainerStatuses: [container(failed, { name: 'prepare' })],
      containerStatuses: [container({ waiting: { reason: 'PodInitializing' } })],
    };
    const [trouble] = troubles([pod('a', status)]);
    expect(trouble).to.include({ container: 'prepare' });
    expect(trouble?.why).to.match(/code 1 .*no such folder$/);
  });

  it('of a Job is that of its last try alone', () => {
    const owner = { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'migrate', uid: 'u' }] };
    const failed = (exitCode: number): PodStatus => ({
      phase: 'Failed',
      containerStatuses: [container({ terminated: { exitCode, reason: 'Error' } })],
    });
    const pods = [
      pod('migrate-2', failed(2), { ...owner, creationTimestamp: '2026-01-01T00:10:00Z' }),
      pod('migrate-1', failed(1), { ...owner, creationTimestamp: '2026-01-01T00:00:00Z' }),
    ];
    expect(troubles(pods).map((trouble) => trouble.pod)).to.deep.equal(['migrate-2']);
    const succeeded = pod('migrate-3', { phase: 'Succeeded' }, { ...owner, creationTimestamp: '2026-01-01T00:20:00Z' });
    expect(troubles([...pods, succeeded])).to.deep.equal([]);
  });

  it('is at least the phase where the pod says nothing else', () => {
    expect(troubles([pod('a', { phase: 'Failed', message: 'The node was low on resource' })])).to.deep.equal([
      { pod: 'a', why: 'is Failed: The node was low on resource' },
    ]);
  });
});
