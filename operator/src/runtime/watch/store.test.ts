import { expect } from 'chai';
import fc from 'fast-check';
import { objectKey, type KubeObject } from '../object.ts';
import { Store } from './store.ts';
import type { Change } from './store.ts';

function object(name: string, version: number, colour = 'red', uid = `uid-${name}`): KubeObject {
  const metadata = { name, namespace: 'shop', uid, resourceVersion: String(version), labels: { colour } };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

const byColour = { colour: (one: KubeObject) => Object.values(one.metadata.labels ?? {}) };

function names(objects: Iterable<KubeObject>): string[] {
  return [...objects].map(({ metadata }) => metadata.name).sort();
}

type Step = { do: 'upsert' | 'remove' | 'written'; name: string; colour: string } | { do: 'replace'; names: string[] };

const someName = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('upsert' as const, 'remove' as const, 'written' as const),
    name: someName,
    colour: fc.constantFrom('red', 'blue'),
  }),
  fc.record({ do: fc.constant('replace' as const), names: fc.uniqueArray(someName) }),
);

describe('the store', () => {
  for (const pack of [false, true]) {
    it(`keeps indices that equal a rebuild, and tells every change once (pack: ${pack})`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const store = new Store({ indices: byColour, pack });
          const told = new Map<string, KubeObject>();
          store.subscribe(({ key, old, now }) => {
            expect(old?.metadata.name).to.equal(told.get(key)?.metadata.name);
            if (now) told.set(key, now);
            else told.delete(key);
          });
          store.replace([], '1');
          let version = 1;
          for (const one of steps) {
            version += 1;
            if (one.do === 'replace')
              store.replace(
                one.names.map((name) => object(name, version)),
                String(version),
              );
            else if (one.do === 'written') {
              // As on the wire: the answer, then the event that says the same.
              const own = object(one.name, version, one.colour);
              store.written(own);
              told.set(`shop/${one.name}`, own);
              expect(store.get(`shop/${one.name}`)?.metadata.resourceVersion).to.equal(String(version));
              store.upsert(object(one.name, version + 1, one.colour));
              version += 1;
            } else store[one.do](object(one.name, version, one.colour));
            for (const colour of ['red', 'blue']) {
              const rebuilt = [...store.list()].filter(({ metadata }) => metadata.labels?.['colour'] === colour);
              expect(names(store.byIndex('colour', colour))).to.deep.equal(names(rebuilt));
              expect(store.keysByIndex('colour', colour).sort()).to.deep.equal(
                rebuilt.map(({ metadata }) => objectKey(metadata)).sort(),
              );
            }
          }
          expect([...told.keys()].sort()).to.deep.equal([...store.keys()].sort());
        }),
      );
    });
  }

  it('unpacks what is read again and again only once, and never shows what it was before', () => {
    const store = new Store({ pack: true });
    const many = Array.from({ length: 200 }, (_, index) => object(`many-${index}`, 10));
    store.replace(many, '10');
    expect([...store.list()]).to.deep.equal(many);
    const first = store.get('shop/many-0');
    expect(store.get('shop/many-0')).to.equal(first);
    store.upsert(object('many-0', 11, 'blue'));
    expect(store.get('shop/many-0')).to.deep.equal(object('many-0', 11, 'blue'));
    store.remove(object('many-0', 12));
    store.upsert(object('many-0', 13, 'red', 'another'));
    expect(store.get('shop/many-0')).to.deep.equal(object('many-0', 13, 'red', 'another'));
  });

  it('shows an own write at once, does not fall behind it, and does not tell of it twice', () => {
    const store = new Store();
    store.replace([object('a', 10)], '10');
    const changes: Change<KubeObject>[] = [];
    store.subscribe((change) => {
      if (change.origin === 'watch') changes.push(change);
    });
    store.written(object('a', 20, 'blue'));
    expect(store.get('shop/a')?.metadata.labels).to.deep.equal({ colour: 'blue' });
    store.upsert(object('a', 15, 'green'));
    expect(store.get('shop/a')?.metadata.labels).to.deep.equal({ colour: 'blue' });
    store.upsert(object('a', 20, 'blue'));
    expect(changes).to.deep.equal([]);
    store.upsert(object('a', 21, 'black'));
    expect(changes.map(({ old, now }) => [old?.metadata.resourceVersion, now?.metadata.resourceVersion])).to.deep.equal(
      [['20', '21']],
    );
  });

  it('does not bring back what was deleted while the answer of a write was under way', () => {
    const store = new Store();
    store.replace([], '10');
    store.upsert(object('a', 11));
    store.remove(object('a', 12));
    store.written(object('a', 11));
    expect(store.has('shop/a')).to.equal(false);
  });

  it('keeps an object created after the list was taken, for one list', () => {
    const store = new Store();
    store.replace([], '10');
    store.written(object('new', 20));
    store.replace([], '15');
    expect(store.has('shop/new')).to.equal(true);
    store.replace([], '16');
    expect(store.has('shop/new')).to.equal(false);
  });

  it('survives a handler, an index and a projection that throw', () => {
    const store = new Store({
      indices: { bad: (one) => (one.metadata.name === 'b' ? fail() : []) },
    });
    const seen: string[] = [];
    store.subscribe(() => fail());
    store.subscribe(({ key }) => void seen.push(key));
    store.replace([object('a', 1), object('b', 2), object('c', 3)], '3');
    expect(seen).to.deep.equal(['shop/a', 'shop/c']);
    expect(names(store.list())).to.deep.equal(['a', 'c']);
  });

  it('keeps a note until the object changes', () => {
    const store = new Store();
    store.replace([object('a', 1)], '1');
    store.note('shop/a', 'looked at');
    store.upsert(object('a', 1));
    expect(store.noteOf('shop/a')).to.equal('looked at');
    store.upsert(object('a', 2));
    expect(store.noteOf('shop/a')).to.equal(undefined);
  });

  it('drops managed fields but for who of ours holds the replicas', () => {
    const store = new Store({ fieldManagers: ['ours'] });
    const one = object('a', 1);
    one.metadata.managedFields = [
      { manager: 'ours', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:template': {} } } },
      { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:data': {} } },
    ];
    store.replace([one], '1');
    expect(store.get('shop/a')?.metadata.managedFields).to.deep.equal([
      { manager: 'ours', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
    ]);
  });
});

function fail(): never {
  throw new Error('a bug');
}
