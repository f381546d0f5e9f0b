/** External stores on a real API server: the Secrets they need, what the API says of them, and going from one to the other. */
import { expect } from 'chai';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { StoreHealth } from '../../../operator/src/stack/observed.ts';
import { parseConfig } from '../../../service/src/config.ts';
import { writesOf } from '../harness/audit.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, get, untilCondition } from '../harness/live.ts';
import { operatorUser } from '../harness/operator.ts';
import { reportStores, type StoreReport } from '../harness/store-report.ts';
import { until } from '../harness/until.ts';

const configHash = 'memo.sogangcomputerclub.org/config-hash';

const external = {
  database: { external: { host: 'db.example', credentialsSecret: { name: 'db', usernameKey: 'db-user' } } },
  cache: { external: { url: 'rediss://cache.example:6380', tls: { caSecret: { name: 'ca' } } } },
  events: { external: { bootstrapServers: ['kafka.example:9092'] } },
};

describe('a MemoApp with external stores', function () {
  this.timeout(120_000);
  let on: Installed;
  let kubectl: Kubectl;
  let report: StoreReport;
  let stores: StoreHealth = { database: 'unhealthy', redis: 'healthy', kafka: 'healthy' };

  before(async () => {
    on = await startInstalled({ name: 'test-external', rung: 1, resyncMinutes: 0.05 });
    ({ kubectl } = on);
    report = await reportStores(() => stores);
  });

  after(async () => {
    await on.stop();
    report.close();
  });

  it('runs no store, and names the Secret that is missing', async () => {
    await apply(kubectl, memoApp('shop', external));
    const database = await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', reason: 'ReferenceMissing' });
    expect(database.message).to.contain('spec.database.external.credentialsSecret').and.to.contain('Secret db,');
    const cache = await untilCondition(kubectl, 'shop', { type: 'CacheReady', reason: 'ReferenceMissing' });
    expect(cache.message).to.contain('spec.cache.external.tls.caSecret').and.to.contain('Secret ca,');
    await until('Deployment', async () => await get(kubectl, 'deployment', 'shop-api'));
    expect((await kubectl(['get', 'statefulsets,pvc', '-o', 'name'])).stdout).to.equal('');
    expect(await get(kubectl, 'secret', 'shop-database-root')).to.equal(undefined);
  });

  it('names the key that is missing, and goes on when it comes', async () => {
    await kubectl(['create', 'secret', 'generic', 'db', '--from-literal=db-user=memo']);
    const half = await until('the key', async () => {
      const app = await get(kubectl, 'memoapp', 'shop');
      return app?.status?.conditions?.find(({ message }) => message.includes('needs the key password of Secret db'));
    });
    expect(half.type).to.be.oneOf(['DatabaseReady', 'Ready', 'Reconciling']);
    const before = await hash();
    await kubectl(['patch', 'secret', 'db', '-p', '{"stringData":{"password":"one"}}']);
    await kubectl(['create', 'secret', 'generic', 'ca', '--from-literal=ca.crt=some certificate']);
    await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', status: 'Unknown', reason: 'WaitingForAPI' });
    // The certificate is the cache's; the pods keep their hash as long as either is missing.
    await untilCondition(kubectl, 'shop', { type: 'CacheReady', status: 'Unknown', reason: 'WaitingForAPI' });
    expect(await hash()).not.to.equal(before);
  });

  it('reads from the API how the stores are, and migrates once the database answers', async () => {
    await apply(kubectl, apiPod(await hash()));
    const { address } = report;
    const status = JSON.stringify({ status: { podIP: address, podIPs: [{ ip: address }] } });
    await kubectl(['patch', 'pod', 'shop-api-0', '--subresource=status', '-p', status]);
    const down = await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', reason: 'Unreachable' });
    expect(down.message).to.contain('db.example:3306/memo_app');
    expect(await jobs()).not.to.contain('migrate');
    stores = { database: 'healthy', redis: 'healthy', kafka: 'healthy' };
    const up = await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', status: 'True' });
    expect(up.message).to.contain('migrationCredentialsSecret');
    await untilCondition(kubectl, 'shop', { type: 'CacheReady', status: 'True' });
    await until('migration', async () => (await jobs()).includes('migrate'));
    const stored = (await get(kubectl, 'memoapp', 'shop'))?.status as { database?: object } | undefined;
    expect(stored?.database).to.deep.equal({ address: 'db.example:3306/memo_app' });
  });

  it('writes nothing for an answer that did not change, nor after a restart', async () => {
    await on.operator.passes(2);
    const before = writesOf(on.cluster.auditLog, operatorUser).length;
    await on.operator.passes(2);
    await on.restart();
    await on.operator.passes(3);
    expect(writesOf(on.cluster.auditLog, operatorUser).slice(before)).to.deep.equal([]);
  });

  it('makes a Job anew with the pull secret that it lacks: nobody has to delete one', async () => {
    await apply(kubectl, memoApp('shop', { ...external, imagePullSecrets: [{ name: 'registry' }] }));
    await until('both Jobs', async () => {
      const { stdout } = await kubectl(['get', 'jobs', '-o', 'json']);
      const { items } = JSON.parse(stdout) as { items: Job[] };
      const pulling = items.filter(({ spec }) => spec?.template.spec?.imagePullSecrets?.[0]?.name === 'registry');
      return pulling.length === 2 && items.length === 2;
    });
  });

  it('leaves the managed stores for external ones and comes back to their volume and passwords', async () => {
    await apply(kubectl, memoApp('move', {}));
    const claim = await until('claim', async () => await get(kubectl, 'pvc', 'data-move-database-0'));
    const secret = await until('Secret', async () => await get(kubectl, 'secret', 'move-database-credentials'));
    await until('cache', async () => await get(kubectl, 'statefulset', 'move-cache'));
    await apply(kubectl, memoApp('move', external));
    for (const name of ['move-database', 'move-cache', 'move-events']) {
      await until('prune', async () => (await get(kubectl, 'statefulset', name)) === undefined);
    }
    expect(JSON.stringify(await get(kubectl, 'deployment', 'move-api'))).to.contain('mysql://db.example:3306/memo_app');
    await apply(kubectl, memoApp('move', {}));
    await until('StatefulSet', async () => await get(kubectl, 'statefulset', 'move-database'));
    expect((await get(kubectl, 'pvc', 'data-move-database-0'))?.metadata.uid).to.equal(claim.metadata.uid);
    expect((await get(kubectl, 'secret', 'move-database-credentials'))?.metadata.uid).to.equal(secret.metadata.uid);
  });

  describe('a managed database with an account that the spec names', () => {
    const own = {
      database: { managed: { credentialsSecret: { name: 'own', usernameKey: 'db-user', passwordKey: 'db-password' } } },
      cache: { disabled: {} },
      events: { disabled: {} },
    };
    const password = `p@ss'w/rd\\ %41`;

    it('is not begun before the account is there, and is one that a database takes', async () => {
      await apply(kubectl, memoApp('own', own));
      const missing = await untilCondition(kubectl, 'own', { type: 'DatabaseReady', reason: 'ReferenceMissing' });
      expect(missing.message).to.contain('spec.database.managed.credentialsSecret').and.to.contain('Secret own,');
      const literals = ['--from-literal=db-user=root', `--from-literal=db-password=${password}`];
      await kubectl(['create', 'secret', 'generic', 'own', ...literals]);
      await until('root is refused', async () => {
        const { conditions = [] } = (await get(kubectl, 'memoapp', 'own'))?.status ?? {};
        return conditions.find(({ message, type }) => type === 'DatabaseReady' && message.includes('than root'));
      });
      expect(await get(kubectl, 'pvc', 'data-own-database-0')).to.equal(undefined);
      expect(await get(kubectl, 'secret', 'own-database-credentials')).to.equal(undefined);
    });

    it('is initialised with it, whatever characters its password has', async () => {
      await kubectl(['patch', 'secret', 'own', '-p', '{"stringData":{"db-user":"club\\n"}}']);
      await until('StatefulSet', async () => await get(kubectl, 'statefulset', 'own-database'));
      const { database } = parseConfig({ DATABASE_URL: await uri() }, () => '');
      expect(database.url).to.deep.equal({
        host: 'own-database.default.svc',
        port: 3306,
        user: 'club',
        password,
        database: 'memo_app',
      });
      const scripts = (await kubectl(['get', 'configmap', 'own-database-init', '-o', 'yaml'])).stdout;
      expect(scripts).to.contain("CREATE USER 'club'@'%'").and.not.to.contain("'memo_a'");
    });

    it('goes on with it when the Secret changes, and says so', async () => {
      const before = await uri();
      const status = { replicas: 1, readyReplicas: 1, updatedReplicas: 1, observedGeneration: 1 };
      await kubectl(['patch', 'statefulset', 'own-database', '--subresource=status', '-p', JSON.stringify({ status })]);
      await untilCondition(kubectl, 'own', { type: 'DatabaseReady', status: 'True', reason: 'Available' });
      await kubectl(['patch', 'secret', 'own', '-p', '{"stringData":{"db-password":"s3cond"}}']);
      await apply(kubectl, memoApp('own', { ...own, api: { logLevel: 'debug' } }));
      const kept = await untilCondition(kubectl, 'own', { type: 'DatabaseReady', reason: 'CredentialsKept' });
      expect(kept).to.include({ status: 'True' });
      expect(kept.message).to.contain('not applied').and.to.contain('own-database-credentials');
      expect(kept.message).not.to.contain('s3cond').and.not.to.contain(password);
      expect(await uri()).to.equal(before);
      expect((await get(kubectl, 'statefulset', 'own-database'))?.spec?.replicas).to.equal(1);
    });

    async function uri(): Promise<string> {
      const path = 'jsonpath={.data.uri}';
      const { stdout } = await kubectl(['get', 'secret', 'own-database-credentials', '-o', path]);
      return Buffer.from(stdout, 'base64').toString();
    }
  });

  it('names the signing key that is missing, and rolls the API once it is there', async () => {
    const jwt = { issuer: 'i', audience: 'a', secret: { name: 'tokens', key: 'signing-key' } };
    await apply(kubectl, memoApp('shop', { ...external, api: { auth: { jwt } } }));
    const missing = await untilCondition(kubectl, 'shop', { type: 'Ready', reason: 'ReferenceMissing' });
    expect(missing.message).to.contain('spec.api.auth.jwt.secret').and.to.contain('Secret tokens,');
    const before = await hash();
    await kubectl(['create', 'secret', 'generic', 'tokens', `--from-literal=signing-key=${'k'.repeat(32)}`]);
    await until('another hash', async () => (await hash()) !== before);
  });

  async function jobs(): Promise<string> {
    return (await kubectl(['get', 'jobs', '-o', 'name'])).stdout;
  }

  async function hash(): Promise<string> {
    const deployment = await get(kubectl, 'deployment', 'shop-api');
    return deployment?.spec?.template?.metadata?.annotations?.[configHash] ?? '';
  }

  /** A pod of the API as its ReplicaSet would make it. */
  function apiPod(hashOfTemplate: string): object {
    const labels = { 'memo.sogangcomputerclub.org/app': 'shop', 'memo.sogangcomputerclub.org/part': 'api' };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shop-api-0', namespace: 'default', labels, annotations: { [configHash]: hashOfTemplate } },
      spec: {
        serviceAccountName: 'shop-api',
        automountServiceAccountToken: false,
        containers: [
          { name: 'api', image: 'absent', env: [{ name: 'DATABASE_URL', value: 'mysql://db.example:3306/memo_app' }] },
        ],
      },
    };
  }
});
