import { expect } from 'chai';
import { rendered, resolved } from '../../../test/operator/harness/rendered.ts';
import { wantedSecrets } from './credentials.ts';

describe('what outlives its MemoApp', () => {
  const app = resolved({});
  const secrets = wantedSecrets(app).map(({ object }) => object);
  const kept = [...rendered(app), ...secrets].filter(({ metadata }) => metadata.ownerReferences === undefined);

  it('is the volumes and the Secrets that open them', () => {
    expect(new Set(kept.map(({ kind }) => kind))).to.deep.equal(new Set(['PersistentVolumeClaim', 'Secret']));
  });

  it('has no label by which Argo CD takes it for an object of an Application that is not in git, and prunes it', () => {
    for (const { metadata } of kept) expect(metadata.labels).to.not.have.property('app.kubernetes.io/instance');
  });
});
