/** How GitOps tools read a MemoApp in each of its states: Argo CD, everything that follows kstatus, and Flux. */
import { expect } from 'chai';
import { samples } from './samples.ts';
import { verdictsOn, type Verdict } from './verdicts.ts';

type Sample = keyof typeof samples;

/** Argo CD, kstatus (kubectl, Helm 4, Flux by itself), and Flux with config/flux. */
const expected: Readonly<Record<Sample, readonly [argo: string, kstatus: string, flux: string]>> = {
  // The general rules take an object without any status for done; hence the expressions.
  'not seen yet': ['Progressing', 'Current', 'Unknown'],
  'just seen': ['Progressing', 'InProgress', 'InProgress'],
  'nothing there yet': ['Progressing', 'InProgress', 'InProgress'],
  'waiting for its database': ['Progressing', 'InProgress', 'InProgress'],
  'with an image that cannot be pulled': ['Progressing', 'InProgress', 'InProgress'],
  'whose changes meet a quota': ['Progressing', 'InProgress', 'InProgress'],
  ready: ['Healthy', 'Current', 'Current'],
  'changed since it was ready': ['Progressing', 'InProgress', 'InProgress'],
  'with a name taken by another': ['Degraded', 'Failed', 'Failed'],
  'whose migration gave up': ['Degraded', 'Failed', 'Failed'],
  'paused, and as asked': ['Suspended', 'Current', 'Current'],
  'paused, with changes waiting': ['Suspended', 'InProgress', 'InProgress'],
  stopping: ['Progressing', 'InProgress', 'InProgress'],
  stopped: ['Healthy', 'Current', 'Current'],
  'being deleted': ['Progressing', 'Terminating', 'InProgress'],
  'being deleted, as it was ready': ['Progressing', 'Terminating', 'InProgress'],
};

describe('the health of a MemoApp', function () {
  this.timeout(600_000);
  const verdicts = new Map<string, Verdict>();

  before(async () => {
    const found = await verdictsOn(Object.values(samples));
    for (const [index, what] of Object.keys(samples).entries()) {
      const verdict = found[index];
      if (verdict) verdicts.set(what, verdict);
    }
  });

  for (const [what, [argo, kstatus, flux]] of Object.entries(expected)) {
    it(`${what}: ${argo} to Argo CD, ${kstatus} by kstatus, ${flux} to Flux`, () => {
      const verdict = verdicts.get(what);
      expect([verdict?.argo.status, verdict?.kstatus, verdict?.flux]).to.deep.equal([argo, kstatus, flux]);
    });
  }

  it('comes with the words of the condition that decided', () => {
    expect(verdicts.get('with a name taken by another')?.argo.message).to.match(/^NameTaken: Service club\/shop-api/);
    expect(verdicts.get('waiting for its database')?.argo.message).to.match(/^PodNotReady: /);
    expect(verdicts.get('paused, with changes waiting')?.argo.message).to.contain('Service club/shop-api');
    expect(verdicts.get('ready')?.argo.message).to.equal('2 of 2 API pods serve 0.1.0');
  });

  it('is handed on by the Application that delivers it, so that a sync wave can wait for it', async () => {
    const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'memo' } };
    const found = await verdictsOn(
      [
        application,
        { ...application, status: { health: {} } },
        { ...application, status: { health: { status: 'Degraded', message: 'NameTaken' } } },
        { ...application, status: { health: { status: 'Healthy' } } },
      ],
      'application.lua',
    );
    const waiting = { status: 'Progressing', message: 'waiting for its first comparison' };
    expect(found.map(({ argo }) => argo)).to.deep.equal([
      waiting,
      waiting,
      { status: 'Degraded', message: 'NameTaken' },
      { status: 'Healthy', message: '' },
    ]);
  });
});
