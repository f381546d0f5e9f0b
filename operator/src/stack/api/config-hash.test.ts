import { expect } from 'chai';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { rendered, resolved, seen } from '../../../../test/operator/harness/rendered.ts';
import { apps } from '../../../../test/operator/upgrade/apps.ts';
import { configHashAnnotation } from '../../api/labels.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { referenceId, references } from '../references.ts';
import { stack } from '../stack.ts';
import { configHash, lacksReference, presentHash, readBy } from './config-hash.ts';

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

describe('the hash on pods of the API that have to stay', () => {
  for (const [name, { spec }] of Object.entries(apps)) {
    describe(`of the app ${name}`, () => {
      const shop = resolved(spec);
      const { cacheCredentials, databaseCredentials } = names(shop);
      const ids = [databaseCredentials, cacheCredentials, ...references(shop).map(referenceId)];
      const secretHashes = Object.fromEntries(ids.map((id) => [id, `of ${id}`]));
      const template = templateOf(shop, secretHashes);
      const hash = template.metadata?.annotations?.[configHashAnnotation] ?? '';

      it('is the one that they have', () => {
        expect(hash).to.match(/^[0-9a-f]{16}$/);
        expect(presentHash(template, hash, secretHashes)).to.equal(hash);
      });

      for (const reference of readBy(template)) {
        const id = [referenceId(reference), reference.name].find((each) => each in secretHashes) ?? '';

        it(`is another, and then that, once ${id} has changed`, () => {
          const after = { ...secretHashes, [id]: 'another' };
          const present = presentHash(template, hash, after);
          expect(present).not.to.equal(hash);
          const replaced = { ...template, metadata: { annotations: { [configHashAnnotation]: present } } };
          expect(presentHash(replaced, present, after)).to.equal(present);
        });

        it(`stays while ${id} is missing`, () => {
          const others = Object.fromEntries(Object.entries(secretHashes).filter(([other]) => other !== id));
          expect(presentHash(template, hash, others)).to.equal(hash);
        });
      }
    });
  }
});

/** As the API server has it. */
function templateOf(shop: ResolvedApp, secretHashes: Readonly<Record<string, string>>): PodTemplateSpec {
  const inputs = {
    observed: seen(),
    apiImage: 'memo-service:0.1.0',
    apiReplicas: 'ours',
    ready: true,
    secretHashes,
  } as const;
  const made = stack(shop, inputs).find(({ kind }) => kind === 'Deployment');
  const { spec } = JSON.parse(JSON.stringify(made)) as Deployment;
  return spec?.template ?? {};
}
