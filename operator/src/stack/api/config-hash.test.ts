import { expect } from 'chai';
import { rendered, resolved, seen } from '../../../../test/operator/harness/rendered.ts';
import { configHashAnnotation } from '../../api/labels.ts';
import { referenceId, references } from '../references.ts';
import { configHash, lacksReference } from './config-hash.ts';

function external(host: string): ReturnType<typeof resolved> {
  const database = { external: { host, credentialsSecret: { name: 'db' } } };
  const valueFrom = { configMapKeyRef: { name: 'words', key: 'greeting' } };
  const api = { env: [{ name: 'GREETING', valueFrom }] };
  return resolved({ api, database, cache: { disabled: {} }, events: { disabled: {} } });
}

const app = external('db.example');
const all = { 'Secret/db/username,password': 'one', 'ConfigMap/words/greeting': 'one' };
/** As it was applied when everything was there. */
const live = rendered(app)
  .filter(({ kind }) => kind === 'Deployment')
  .map((deployment) => JSON.parse(JSON.stringify(deployment).replace(/"[0-9a-f]{16}"/, '"kept"')) as typeof deployment);

describe('the hash on the pods of the API', () => {
  it('is another for each value in use', () => {
    const hashes = [
      all,
      { ...all, 'Secret/db/username,password': 'two' },
      { ...all, 'ConfigMap/words/greeting': 'two' },
    ];
    const found = hashes.map((secretHashes) => configHash(app, { observed: seen(live), secretHashes }));
    expect(new Set([...found, 'kept'])).to.have.length(4);
  });

  it('stays while one is missing', () => {
    expect(JSON.stringify(live)).to.contain(`"${configHashAnnotation}":"kept"`);
    for (const id of Object.keys(all)) {
      const secretHashes = Object.fromEntries(Object.entries(all).filter(([other]) => other !== id));
      expect(configHash(app, { observed: seen(live), secretHashes })).to.equal('kept');
    }
  });

  it('is the same whatever becomes of the certificate of the Ingress', () => {
    const id = 'Secret/shop-tls/tls.crt,tls.key';
    const ingress = { tls: { secretName: 'shop-tls' } };
    const routed = resolved({ cache: { disabled: {} }, route: { hostnames: ['memo.example'], ingress } });
    expect(references(routed).map(referenceId)).to.deep.equal([id]);
    const hashes = [{}, { [id]: 'one' }, { [id]: 'renewed' }].map((secretHashes) =>
      configHash(routed, { observed: seen(), secretHashes }),
    );
    expect(new Set(hashes)).to.have.length(1);
    expect(lacksReference(routed, {})).to.equal(lacksReference(routed, { [id]: 'one' }));
  });

  it('does not stay where another address is asked for: what pods of before say is not about that', () => {
    expect(configHash(external('other.example'), { observed: seen(live), secretHashes: {} })).not.to.equal('kept');
  });
});
