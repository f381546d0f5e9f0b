import { expect } from 'chai';
import { appLabel } from '../../api/labels.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { Store } from '../../runtime/watch/store.ts';
import { appKeysOf } from './observe.ts';

describe('a change of a child', () => {
  function service(version: number, app: string): KubeObject {
    const metadata = { namespace: 'club', name: 's', uid: 'u', resourceVersion: String(version) };
    return { apiVersion: 'v1', kind: 'Service', metadata: { ...metadata, labels: { [appLabel]: app } } };
  }

  it('concerns also the app whose label somebody has written over', () => {
    const told: string[][] = [];
    const store = new Store();
    store.subscribe((change) => told.push([...appKeysOf(change)]));
    store.upsert(service(1, 'shop'));
    store.upsert(service(2, 'other'));
    store.remove(service(3, 'other'));
    expect(told).to.deep.equal([['club/shop'], ['club/shop', 'club/other'], ['club/other']]);
  });
});
