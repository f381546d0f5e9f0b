/** Secrets and ConfigMaps that a spec names: a change rolls what uses them, and nothing else is done about any other. */
import { expect } from 'chai';
import { configHashAnnotation, watchLabel } from '../../../operator/src/api/labels.ts';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { Informers } from '../../../operator/src/runtime/watch/informers.ts';
import { Store } from '../../../operator/src/runtime/watch/store.ts';
import { secretKind } from '../../../operator/src/reconcile/secrets/secrets.ts';
import {
  byReference,
  indexByReference,
  watchReferences,
} from '../../../operator/src/reconcile/secrets/watched-references.ts';
import { requestsOf, writesOf, type Request } from '../harness/audit.ts';
import { clientOn } from '../harness/client.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done, get, untilCondition } from '../harness/live.ts';
import { operatorUser } from '../harness/operator.ts';
import { OthersObjects } from '../harness/others-objects.ts';
import { until } from '../harness/until.ts';
import { typedOn } from '../install/typed.ts';

/** Longer than the test: what is seen at once is not seen by a resync. */
const never = 1440;
const soon = 0.05;

const alone = { cache: { disabled: {} }, events: { disabled: {} } } as const;
const jwt = { issuer: 'i', audience: 'a', secret: { name: 'tokens', key: 'signing-key' } };
const shop = {
  ...alone,
  route: { hostnames: ['memo.example'], ingress: { tls: { secretName: 'certificate' } } },
  api: {
    auth: { jwt },
    env: [
      { name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'words', key: 'greeting' } } },
      { name: 'LICENCE', valueFrom: { secretKeyRef: { name: 'licence', key: 'text' } } },
    ],
  },
};
const news = { ...alone, database: { external: { host: 'db.example', credentialsSecret: { name: 'db' } } } };

/** What a pass over `shop` reads. */
const secretsOfShop = [
  'shop-key',
  ...['root', 'migration', 'credentials'].map((user) => `shop-database-${user}`),
  'tokens',
  'licence',
  'certificate',
];

const pair = { 'tls.crt': 'a certificate', 'tls.key': 'a key' };

describe('what a MemoApp refers to', function () {
  this.timeout(120_000);
  let on: Installed;
  let kubectl: Kubectl;
  let client: ApiClient;
  let others: OthersObjects;

  before(async () => {
    on = await startInstalled({ name: 'test-references', rung: 1, resyncMinutes: never });
    ({ kubectl } = on);
    client = await clientOn(on.cluster);
    others = new OthersObjects(client);
    await others.make('Secret', 'tokens', { 'signing-key': 'k'.repeat(32) }, 'true');
    await others.make('Secret', 'licence', { text: 'one' }, 'true');
    await others.make('Secret', 'certificate', pair, 'true');
    await others.make('ConfigMap', 'words', { greeting: 'hello' }, 'true');
    await others.make('Secret', 'db', { username: 'memo', password: 'one' });
    await apply(kubectl, memoApp('shop', shop));
    await apply(kubectl, memoApp('news', news));
    await until('API', async () => await get(kubectl, 'deployment', 'shop-api'));
    // Once it is known that no pod says how its database is, nothing happens by itself any more.
    await untilCondition(kubectl, 'news', { type: 'DatabaseReady', reason: 'WaitingForAPI' });
  });

  after(async () => {
    await client.close();
    await on.stop();
  });

  describe('with the label', () => {
    const changes = [
      ['Secret', 'tokens', { 'signing-key': 'l'.repeat(32) }, 'a key that is mounted'],
      ['Secret', 'licence', { text: 'two' }, 'the value of a variable'],
      ['ConfigMap', 'words', { greeting: '안녕' }, 'the value of a variable'],
    ] as const;

    for (const [kind, name, data, what] of changes) {
      it(`rolls the API at once where ${kind} ${name} changes in ${what}, and no other MemoApp's`, async () => {
        const since = writesSoFar();
        await hashAfter('shop', () => others.change(kind, name, data));
        await atRest();
        const writes = written(since);
        expect(writes.filter((write) => write.includes('deployments/'))).to.deep.equal(['patch deployments/shop-api']);
        expect(writes.filter((write) => write.includes('news'))).to.deep.equal([]);
      });
    }

    it('writes nothing where a key changes that nobody uses', async () => {
      const since = writesSoFar();
      await lookedAt(() => others.change('Secret', 'tokens', { 'another-key': 'x' }));
      await lookedAt(() => others.change('ConfigMap', 'words', { another: 'x' }));
      expect(written(since)).to.deep.equal([]);
    });

    it('says at once that one was deleted, and rolls nothing, also not where it is made again as it was', async () => {
      const since = writesSoFar();
      await kubectl(['delete', 'secret', 'licence']);
      const missing = await untilCondition(kubectl, 'shop', { type: 'Ready', reason: 'ReferenceMissing' });
      expect(missing.message).to.contain('spec.api.env[LICENCE].valueFrom').and.to.contain('Secret licence,');
      await others.make('Secret', 'licence', { text: 'two' }, 'true');
      await until('the Secret is seen', async () => {
        const { conditions = [] } = (await get(kubectl, 'memoapp', 'shop'))?.status ?? {};
        return !conditions.some(({ reason }) => reason === 'ReferenceMissing');
      });
      await atRest();
      expect(written(since).filter((write) => write.includes('deployments'))).to.deep.equal([]);
    });

    it('writes nothing where a certificate is renewed', async () => {
      const since = writesSoFar();
      await lookedAt(() => others.change('Secret', 'certificate', { 'tls.crt': 'another', 'tls.key': 'another' }));
      expect(written(since)).to.deep.equal([]);
    });

    it('says at once that a certificate is gone, and writes nothing else', async () => {
      const since = writesSoFar();
      await kubectl(['delete', 'secret', 'certificate']);
      const gone = await untilCondition(kubectl, 'shop', { type: 'RouteReady', reason: 'ReferenceMissing' });
      expect(gone.message).to.contain('spec.route.ingress.tls.secretName names Secret certificate, which is not in');
      await others.make('Secret', 'certificate', pair, 'true');
      // All else that keeps people out: nobody has installed an Ingress controller.
      await untilCondition(kubectl, 'shop', { type: 'RouteReady', reason: 'IngressClassMissing' });
      await atRest();
      expect(written(since).filter((write) => !write.includes('memoapps/status'))).to.deep.equal([]);
    });

    it('waits for a certificate that cert-manager is to make, and rolls nothing for it', async () => {
      const issued = { ...shop.route.ingress, annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' } };
      const published = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } });
      await kubectl(['patch', 'ingress', 'shop-route', '--subresource=status', '--type=merge', '-p', published]);
      await untilCondition(kubectl, 'shop', { type: 'RouteReady', status: 'True' });
      const since = writesSoFar();
      await kubectl(['delete', 'secret', 'certificate']);
      await apply(kubectl, memoApp('shop', { ...shop, route: { ...shop.route, ingress: issued } }));
      const awaited = await untilCondition(kubectl, 'shop', { type: 'RouteReady', reason: 'CertificatePending' });
      expect(awaited.message).to.contain('Secret certificate is awaited from issuer letsencrypt');
      await others.make('Secret', 'certificate', pair, 'true');
      await untilCondition(kubectl, 'shop', { type: 'RouteReady', status: 'True' });
      await atRest();
      const writes = written(since).filter((write) => !write.includes('memoapps/status'));
      expect([...new Set(writes)]).to.deep.equal(['patch ingresses/shop-route']);
    });

    it('is all that is listed or watched of Secrets', () => {
      const all = listsOfSecrets();
      expect(all.map(({ verb }) => verb)).to.include('watch');
      for (const { requestURI } of all)
        expect(decodeURIComponent(requestURI)).to.contain(`labelSelector=${watchLabel}=true`);
    });

    it('is kept by name alone, whatever its annotations repeat, and told to those of its namespace', async () => {
      const informers = new Informers({ client });
      const apps = new Store<MemoApp>({ indices: { [byReference]: indexByReference } });
      const told: string[] = [];
      const onChange = (key: string): void => void told.push(key);
      const elsewhere = memoApp('shop', shop, 'elsewhere');
      apps.replace([memoApp('shop', shop), memoApp('news', news), elsewhere] as MemoApp[], '1');
      watchReferences({ apps, informers, kinds: ['Secret'], namespaces: undefined, onChange });
      informers.start();
      await informers.whenSynced(AbortSignal.timeout(30_000));
      const kept = [...informers.store(secretKind).list()];
      expect(kept.map(({ metadata }) => metadata.name)).to.have.members(['tokens', 'licence', 'certificate']);
      for (const { metadata, ...rest } of kept) {
        expect(Object.keys(metadata)).to.have.members(['name', 'namespace', 'resourceVersion', 'uid']);
        expect(Object.keys(rest)).to.have.members(['apiVersion', 'kind']);
      }
      expect(told).to.deep.equal(['default/shop', 'default/shop', 'default/shop']);
      await informers.stop();
    });
  });

  it('is not read again after an edit of something else: that asks for the child and the status alone', async () => {
    const edited = async (text?: string): Promise<string[]> => {
      const since = requests().length;
      await lookedAt(async () => {
        const spec = { ...shop, api: { ...shop.api, pod: { annotations: { text } } } };
        await apply(kubectl, memoApp('shop', spec));
      });
      await atRest();
      return requests()
        .slice(since)
        .filter(({ objectRef, stage, verb }) => objectRef && stage === 'ResponseComplete' && verb !== 'watch')
        .map(({ objectRef, verb }) => `${verb} ${objectRef?.resource}`)
        .filter((asked) => !/ (leases|events)$/.test(asked));
    };
    // The first one adds a field, which the operator has to claim first.
    await edited('one');
    expect(await edited('two')).to.deep.equal(['patch deployments', 'patch memoapps']);
    await edited();
  });

  describe('without the label', () => {
    it('costs no request, be they two hundred of others, or one in use that changes', async () => {
      const since = requests().length;
      const passes = await on.operator.passed();
      const foreign = Array.from({ length: 200 }, (_, index) => `foreign-${index}`);
      await Promise.all(foreign.map(async (name) => await others.make('Secret', name, { a: 'b' })));
      await others.make('Secret', 'labelled-and-unused', { a: 'b' }, 'true');
      await others.change('Secret', 'db', { password: 'two' });
      // Watches are told in order: when this one is through, so are those before it.
      await hashAfter('shop', () => others.change('Secret', 'tokens', { 'signing-key': 'm'.repeat(32) }));
      await atRest();
      const asked = requests()
        .slice(since)
        .flatMap(({ objectRef }) => (objectRef?.resource === 'secrets' ? [objectRef.name] : []));
      expect([...new Set(asked)]).to.have.members(secretsOfShop);
      expect(await on.operator.passed()).to.be.within(passes + 1, passes + 2);
    });

    it('comes to be seen at once by the commands of docs/admin.md', async () => {
      const [label = '', change = ''] = documented();
      await lookedAt(async () => await type(label));
      await hashAfter('news', async () => await type(change));
      await kubectl(['label', 'secret', 'db', `${watchLabel}-`]);
    });

    it('rolls the API within the resync', async () => {
      await restart(soon);
      const since = writesSoFar();
      await hashAfter('news', () => others.change('Secret', 'db', { password: 'three' }));
      await hashAfter('news', () => others.change('Secret', 'db', { username: 'another' }));
      const writes = written(since);
      expect(writes.filter((write) => write.includes('deployments/'))).to.deep.equal([
        'patch deployments/news-api',
        'patch deployments/news-api',
      ]);
    });
  });

  describe('with --no-secret-watch', () => {
    it('needs no right to list or watch Secrets, asks for none, and sees changes within the resync', async () => {
      await kubectl(['delete', 'clusterrolebinding', 'memo-operator-secret-watch']);
      await until('the right is gone', async () => {
        const { stdout } = await kubectl(['auth', 'can-i', 'list', 'secrets', '--as', operatorUser]);
        return stdout.trim() === 'no';
      });
      const since = requests().length;
      const before = new Set(listsOfSecrets().map(({ auditID }) => auditID));
      await restart(soon, '--no-secret-watch');
      await hashAfter('shop', () => others.change('Secret', 'tokens', { 'signing-key': 'n'.repeat(32) }));
      await hashAfter('news', () => others.change('Secret', 'db', { password: 'four' }));
      expect(listsOfSecrets().filter(({ auditID }) => !before.has(auditID))).to.deep.equal([]);
      expect(
        requests()
          .slice(since)
          .filter(({ responseStatus }) => responseStatus?.code === 403),
      ).to.deep.equal([]);
    });

    it('misses a certificate within the resync, by reading it alone', async () => {
      await kubectl(['delete', 'secret', 'certificate']);
      await untilCondition(kubectl, 'shop', { type: 'RouteReady', reason: 'CertificatePending' });
      await others.make('Secret', 'certificate', pair, 'true');
      await untilCondition(kubectl, 'shop', { type: 'RouteReady', status: 'True' });
      const asked = requests().filter(({ objectRef }) => objectRef?.name === 'certificate');
      expect(new Set(asked.map(({ verb }) => verb))).to.deep.equal(new Set(['get']));
    });

    it('sees a ConfigMap with the label at once all the same', async () => {
      await restart(never, '--no-secret-watch');
      await hashAfter('shop', () => others.change('ConfigMap', 'words', { greeting: 'again' }));
    });

    it('is not needed to go on without the right: all but the watch works', async () => {
      await restart(soon);
      await hashAfter('shop', () => others.change('Secret', 'tokens', { 'signing-key': 'o'.repeat(32) }));
    });
  });

  async function type(command: string): Promise<void> {
    const words = command.split(' ').map((word) => word.replaceAll("'", ''));
    await done(kubectl, words);
  }

  /** Another operator in place of the one that runs, once it has looked at both MemoApps. */
  async function restart(resyncMinutes: number, ...flags: readonly string[]): Promise<void> {
    await on.restart({ resyncMinutes, flags });
    await until('first passes', async () => (await on.operator.passed()) >= 2);
    await atRest();
  }

  /** Waits until the change has given the API of the app another hash. */
  async function hashAfter(app: string, changing: () => Promise<void>): Promise<void> {
    const before = await hash(app);
    await changing();
    await until('another hash', async () => (await hash(app)) !== before);
  }

  async function hash(app: string): Promise<string> {
    const deployment = await get(kubectl, 'deployment', `${app}-api`);
    return deployment?.spec?.template?.metadata?.annotations?.[configHashAnnotation] ?? '';
  }

  /** Waits until the change has led to a pass. */
  async function lookedAt(changing: () => Promise<void>): Promise<void> {
    const before = await on.operator.passed();
    await changing();
    await until('a pass', async () => (await on.operator.passed()) > before);
  }

  /** Waits until no pass runs and none is due. */
  async function atRest(): Promise<void> {
    await until('rest', async () => {
      const waiting = (await on.operator.metric('workqueue_depth')) ?? 0;
      const running = (await on.operator.metric('controller_runtime_active_workers')) ?? 0;
      return waiting + running === 0;
    });
  }

  function requests(): Request[] {
    return requestsOf(on.cluster.auditLog, operatorUser);
  }

  /** Every list and watch of Secrets that the operator has asked for so far. */
  function listsOfSecrets(): Request[] {
    return requests().filter(
      ({ objectRef, verb }) => objectRef?.resource === 'secrets' && (verb === 'list' || verb === 'watch'),
    );
  }

  /** What the operator wrote since, but for events, which come when they like. */
  function written(since: number): string[] {
    const writes = writesOf(on.cluster.auditLog, operatorUser).slice(since);
    return writes.filter((write) => !/^\w+ events\b/.test(write));
  }

  function writesSoFar(): number {
    return writesOf(on.cluster.auditLog, operatorUser).length;
  }
});

/** What the page tells to type after `kubectl` about a Secret called db. */
function documented(): string[] {
  const commands = typedOn('admin').map(({ command }) => command);
  return commands.filter((each) => /^kubectl \w+ secret db /.test(each)).map((each) => each.slice('kubectl '.length));
}
