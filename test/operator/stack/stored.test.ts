/**
 * Everything that is ever applied, on a real API server: it is kept in the words it was applied in. What is not would be taken for
 * drift, and written once more at every start of the operator.
 */
import { expect } from 'chai';
import { Applier } from '../../../operator/src/runtime/apply/applier.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { silent } from '../../../operator/src/runtime/log.ts';
import { describeObject, type KubeObject } from '../../../operator/src/runtime/object.ts';
import { Informers } from '../../../operator/src/runtime/watch/informers.ts';
import { migrationJob } from '../../../operator/src/stack/jobs/migration.ts';
import { topicJob } from '../../../operator/src/stack/jobs/topic.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { clientOn } from '../harness/client.ts';
import { installHTTPRoute } from '../harness/gateway-api.ts';
import { kubectlOn } from '../harness/kubectl.ts';
import { rendered, resolved, seen } from '../harness/rendered.ts';
import { empties } from '../specs/empties.ts';

const external: MemoAppSpec = {
  api: {
    auth: { jwt: { issuer: 'i', audience: 'a', jwks: { url: 'https://id.example/keys' } } },
    env: [{ name: 'WORD', valueFrom: { configMapKeyRef: { name: 'words', key: 'word' } } }],
  },
  database: { external: { host: 'db', credentialsSecret: { name: 'db' }, tls: { caSecret: { name: 'ca' } } } },
  cache: { external: { url: 'redis://cache:6379', credentialsSecret: { name: 'cache' } } },
  events: { external: { bootstrapServers: ['kafka:9092'] } },
  route: {
    hostnames: ['memo.example', 'www.memo.example'],
    ingress: { className: 'traefik', tls: { secretName: 'memo-tls' } },
    gateway: { parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https', port: 443 }] },
  },
};

const odd: MemoAppSpec = {
  imagePullSecrets: [{ name: 'registry' }],
  api: {
    autoscaling: {
      maxReplicas: 3,
      behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }], selectPolicy: 'Min' } },
    },
    resources: { requests: { cpu: '0.1', memory: '262144Ki' }, limits: { cpu: 2, memory: '1024Mi' } },
    pod: { topologySpread: 'Disabled', priorityClassName: 'important' },
  },
  database: { managed: { storage: { size: '1024Mi', className: 'fast' } } },
  events: { managed: { replicas: 3 } },
  networkPolicy: { allowFrom: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] },
  deletionPolicy: 'Delete',
};

const specs: Readonly<Record<string, MemoAppSpec>> = {
  'asks for nothing': {},
  'is full of empty words': empties,
  'has its stores elsewhere': external,
  'says things in its own way': odd,
  'has everything stopped': { state: 'Stopped' },
};

describe('what is applied for an app', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: ApiClient;

  before(async () => {
    cluster = await startCluster({ name: 'test-stored', rung: 1 });
    await installHTTPRoute(await kubectlOn(cluster));
    client = await clientOn(cluster);
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  /** As an operator does that has just started: no store, no memory. */
  async function apply(objects: readonly KubeObject[]): Promise<{ results: Set<string>; warnings: object[] }> {
    const warnings: object[] = [];
    const log = { ...silent, warn: (fields: object) => void warnings.push(fields) };
    const informers = new Informers({ client });
    const applier = new Applier({ client, informers, fieldManager: 'ours', hashAnnotation: 'memo.test/hash', log });
    const results = new Set<string>();
    for (const object of objects) {
      const { result } = await applier.apply(object, { owner: 'u', adopt: () => Promise.resolve(true) });
      results.add(result === 'created' || result === 'unchanged' ? result : `${result}: ${describeObject(object)}`);
    }
    return { results, warnings };
  }

  for (const [index, [which, spec]] of Object.entries(specs).entries()) {
    it(`that ${which} is kept as it was said`, async () => {
      const namespace = `club-${index}`;
      await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      const app = { ...resolved(spec, { operatorNamespace: 'memo-system' }), namespace };
      const jobs = [migrationJob(app, seen()), topicJob(app, seen())].filter((job) => job !== undefined);
      const objects = [...rendered(app), ...jobs];
      expect(await apply(objects)).to.deep.equal({ results: new Set(['created']), warnings: [] });
      expect(await apply(objects)).to.deep.equal({ results: new Set(['unchanged']), warnings: [] });
    });
  }
});
