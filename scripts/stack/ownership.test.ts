import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import { memoAppOf, sampleObjects, withIngressClass, withOperatorImage, withServiceImage } from './manifests.ts';
import { claim, madeBy } from './ownership.ts';

/** A cluster that has these objects. */
function clusterWith(...there: readonly KubeObject[]): { present: () => Promise<readonly KubeObject[]> } {
  return { present: () => Promise.resolve(there) };
}

/** What `kubectl -l` with our selector finds among them. */
function ours(objects: readonly KubeObject[]): string[] {
  const [label = '', value] = madeBy.split('=');
  return objects.filter(({ metadata }) => metadata.labels?.[label] === value).map(({ kind }) => kind);
}

describe('what make down may remove', () => {
  it('is everything that was applied to a cluster that had none of it', async () => {
    const sample = await sampleObjects();
    const { objects, unclaimed } = await claim(clusterWith(), sample);
    expect(ours(objects)).to.deep.equal(['Namespace', 'MemoApp']);
    expect(unclaimed).to.deep.equal([]);
    expect(ours(sample), 'the objects given').to.deep.equal([]);
  });

  it('is not what was there before: that is applied without the label, and named', async () => {
    const sample = await sampleObjects();
    const namespace = sample.filter(({ kind }) => kind === 'Namespace');
    const { objects, unclaimed } = await claim(clusterWith(...namespace), sample);
    expect(ours(objects)).to.deep.equal(['MemoApp']);
    expect(unclaimed).to.deep.equal(['Namespace sgcc-memo']);
    expect(objects.find(({ kind }) => kind === 'Namespace')).to.deep.equal(namespace[0]);
  });

  it('is the same the second time', async () => {
    const first = await claim(clusterWith(), await sampleObjects());
    const second = await claim(clusterWith(...first.objects), await sampleObjects());
    expect(second).to.deep.equal(first);
  });

  it('is told apart by kind, namespace and name, and keeps its other labels', async () => {
    const object = (namespace: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'same', namespace, labels: { team: 'club' } },
    });
    const { objects, unclaimed } = await claim(clusterWith(object('theirs')), [object('theirs'), object('mine')]);
    expect(unclaimed).to.deep.equal(['ConfigMap theirs/same']);
    expect(objects.map(({ metadata }) => Object.keys(metadata.labels ?? {}).length)).to.deep.equal([1, 2]);
    expect(objects[1]?.metadata.labels).to.include({ team: 'club' });
  });
});

describe('what is applied', () => {
  it('has the pushed images, each under the tag it was pushed with', async () => {
    const image = { repository: 'registry.example/club/memo-service', version: '0.1.0-g3f2a9c10' };
    const sample = await sampleObjects();
    const { spec } = memoAppOf(withServiceImage(sample, image));
    expect(spec.version).to.equal(image.version);
    expect(spec.api?.image).to.deep.equal({ repository: image.repository });
    expect({ ...spec.api, image: undefined }, 'the rest').to.deep.equal({
      ...memoAppOf(sample).spec.api,
      image: undefined,
    });
    const file = readFileSync(join(import.meta.dirname, '../../config/operator/deployment.yaml'), 'utf8');
    const [deployment] = withOperatorImage([parse(file) as KubeObject], 'registry.example/memo-operator:0.1.0-g1');
    expect(deployment)
      .to.have.nested.property('spec.template.spec.containers[0]')
      .that.includes({ image: 'registry.example/memo-operator:0.1.0-g1', imagePullPolicy: 'IfNotPresent' });
  });

  it('has a class of Ingress that the cluster serves, or no route where it serves none', async () => {
    const sample = await sampleObjects();
    const { route } = memoAppOf(sample).spec;
    expect(memoAppOf(withIngressClass(sample, 'nginx')).spec.route).to.deep.equal({
      ...route,
      ingress: { ...route?.ingress, className: 'nginx' },
    });
    expect(memoAppOf(withIngressClass(sample, undefined)).spec).not.to.have.property('route');
  });
});
