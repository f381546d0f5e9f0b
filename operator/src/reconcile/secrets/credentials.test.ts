import { expect } from 'chai';
import { dependenciesOn } from '../../../../test/operator/harness/dependencies.ts';
import { MemoryCluster } from '../../../../test/operator/harness/memory-cluster.ts';
import { resolved, seen } from '../../../../test/operator/harness/rendered.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { KubeObject } from '../../runtime/object.ts';
import type { Dependencies } from '../dependencies.ts';
import { Pass } from '../pass.ts';
import type { Credentials } from './credential-cache.ts';
import { ensureCredentials } from './credentials.ts';

const secretKeyRef = { name: 'licence', key: 'text' };
const configMapKeyRef = { name: 'words', key: 'greeting' };
const env = [
  { name: 'LICENCE', valueFrom: { secretKeyRef } },
  { name: 'GREETING', valueFrom: { configMapKeyRef } },
];
const app = resolved({ api: { env }, cache: { disabled: {} }, events: { disabled: {} } });

function secret(name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'club', name }, data };
}

describe('the credentials of an app', () => {
  let cluster: MemoryCluster;
  let read: string[];
  let dependencies: Dependencies;

  beforeEach(() => {
    cluster = new MemoryCluster();
    cluster.put({ ...secret('words', { greeting: 'aGVsbG8=' }), kind: 'ConfigMap' });
    cluster.before = ({ verb, what }) => {
      if (verb === 'get') read.push(what.split(' ')[1] ?? '');
      else expect(verb, what).to.equal('create');
    };
    read = [];
    dependencies = dependenciesOn(cluster.client, systemClock);
  });

  /** What a pass finds out, what it misses, and what it reads for it. */
  async function pass(): Promise<{ found: Credentials | undefined; missing: string[]; read: string[] }> {
    read = [];
    const under = new Pass(false);
    const { signal } = new AbortController();
    const found = await ensureCredentials(app, undefined, seen(), under, dependencies, signal);
    return { found, missing: under.missing.map(({ message }) => message), read: read.toSorted() };
  }

  const generated = ['shop-database-credentials', 'shop-database-migration', 'shop-database-root', 'shop-key'];

  it('are read once, and not in every pass', async () => {
    cluster.put(secret('licence', { text: 'b25l' }));
    expect((await pass()).read).to.have.members([...generated, 'licence', 'words']);
    expect((await pass()).read).to.deep.equal([]);
  });

  it('are looked for again where they are missing, and no others are read for it until they come', async () => {
    const first = await pass();
    expect(first.missing.join()).to.contain('spec.api.env[LICENCE].valueFrom names Secret licence');
    const again = await pass();
    expect(again.read).to.deep.equal(['licence']);
    expect(again.missing).to.deep.equal(first.missing);
    expect(again.found?.hashes).to.deep.equal(first.found?.hashes);
    cluster.put(secret('licence', { txt: 'b25l' }));
    expect((await pass()).missing.join()).to.contain('needs the key text of Secret licence');
    cluster.put(secret('licence', { text: 'b25l' }));
    const whole = await pass();
    expect(whole.missing).to.deep.equal([]);
    expect(Object.keys(whole.found?.hashes ?? {})).to.include('Secret/licence/text');
    expect((await pass()).read).to.deep.equal([]);
  });
});
