/** The schema of the MemoApp, judged by the real API server: what it refuses says which field and how to put it right. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { VARIABLES } from '../../../service/src/config.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { established } from '../harness/install.ts';
import { kubectlOn, memoApp, type Kubectl } from '../harness/kubectl.ts';
import { fields, schema } from '../harness/schema.ts';
import { refusedAccess } from '../specs/access.ts';
import { everyField } from '../specs/every-field.ts';
import { refusedPods } from '../specs/pods.ts';
import { refusedSettings } from '../specs/settings.ts';
import { refusedStores } from '../specs/stores.ts';
import type { Refused } from '../specs/refused.ts';
import { switches } from '../specs/switches.ts';
import { withRulesRepeated } from './repeated-rules.ts';

const crd = join(import.meta.dirname, '../../../crds/memo.sogangcomputerclub.org_memoapps.yaml');

const bad: readonly Refused[] = [
  ...refusedAccess,
  ...refusedSettings,
  ...refusedPods,
  ...refusedStores,
  ['a version with letters', { version: '1.a.b' }, /spec\.version/, /1\.4\.0/],
  ['a version with two numbers', { version: '1.4' }, /spec\.version/],
  ['an unknown state', { state: 'Off' }, /spec\.state/, /"Running", "Stopped"/],
  ['an unknown deletion policy', { deletionPolicy: 'Keep' }, /spec\.deletionPolicy/, /"Retain", "Delete"/],
  ['an unknown field', { versions: '1.4.0' }, /unknown field "spec\.versions"/],
  [
    'labels of Kubernetes',
    { commonLabels: { 'app.kubernetes.io/name': 'x' } },
    /spec\.commonLabels/,
    /prefix of your own/,
  ],
  ['labels of ours', { commonLabels: { 'memo.sogangcomputerclub.org/app': 'x' } }, /spec\.commonLabels/],
  ['replicas with autoscaling', { api: { replicas: 2, autoscaling: { maxReplicas: 3 } } }, /exclude each other/],
  ['no API pod', { api: { replicas: 0 } }, /spec\.api\.replicas/],
  ['replicas as text', { api: { replicas: 'two' } }, /spec\.api\.replicas/, /integer/],
  [
    'minReplicas above maxReplicas',
    { api: { autoscaling: { minReplicas: 5, maxReplicas: 2 } } },
    /minReplicas/,
    /raise maxReplicas/,
  ],
  ['autoscaling without a maximum', { api: { autoscaling: {} } }, /spec\.api\.autoscaling\.maxReplicas/, /Required/],
  [
    'a target of 0 %',
    { api: { autoscaling: { maxReplicas: 3, targetCPUUtilizationPercentage: 0 } } },
    /targetCPUUtilizationPercentage/,
  ],
  ['a pool with min above max', { api: { connectionPool: { min: 30, max: 20 } } }, /connectionPool\.min/, /raise max/],
  ['a pool min above the default max', { api: { connectionPool: { min: 21 } } }, /connectionPool/],
  ['an unknown log level', { api: { logLevel: 'loud' } }, /spec\.api\.logLevel/],
  [
    'a budget that blocks every drain',
    { api: { disruptionBudget: { maxUnavailable: 0 } } },
    /disruptionBudget\.maxUnavailable/,
    /drained/,
  ],
  ['unknown legacy paths', { api: { legacyPaths: 'Sometimes' } }, /spec\.api\.legacyPaths/],
  ['an image digest that is none', { api: { image: { digest: 'latest' } } }, /spec\.api\.image\.digest/],
  ['an image with a tag', { api: { image: { repository: 'memo-service:1.0' } } }, /spec\.api\.image\.repository/],
  [
    'a memory request above its limit',
    { api: { resources: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } } } },
    /spec\.api\.resources/,
  ],
  [
    'a memory quantity with a wrong unit',
    { api: { resources: { limits: { memory: '1GB' } } } },
    /spec\.api\.resources/,
  ],
  ['storage in GB', { database: { managed: { storage: { size: '10GB' } } } }, /storage\.size/, /10Gi/],
  ['storage beyond all reason', { database: { managed: { storage: { size: '1e999999999' } } } }, /storage\.size/],
  [
    'memory beyond all reason',
    { api: { resources: { requests: { memory: '1e9999999' }, limits: { memory: '1e9999999' } } } },
    /requests\.memory/,
    /limits\.memory/,
  ],
  ['storage of next to nothing', { database: { managed: { storage: { size: '10m' } } } }, /storage\.size/],
  ['a database version of words', { database: { managed: { version: 'latest' } } }, /spec\.database\.managed\.version/],
  ['a database nobody knows', { database: { postgres: {} } }, /unknown field "spec\.database\.postgres"/],
  ['an unknown mode of network policies', { networkPolicy: { mode: 'Maybe' } }, /networkPolicy\.mode/],
  ['a peer that is nobody', { networkPolicy: { allowFrom: [{}] } }, /allowFrom\[\]/, /namespaceSelector: \{\}/],
  [
    'a peer that is pods and addresses',
    { networkPolicy: { allowFrom: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] } },
    /allowFrom\[\]/,
  ],
  ['a variable that the operator sets', { api: { env: [{ name: 'DATABASE_URL', value: 'x' }] } }, /spec\.api\.env/],
  ['a variable of two minds', { api: { env: [{ name: 'A', value: 'x', valueFrom: {} }] } }, /value or valueFrom/],
  [
    'a grace too short for MariaDB',
    { database: { managed: { pod: { terminationGracePeriodSeconds: 10 } } } },
    /terminationGracePeriodSeconds/,
    /300/,
  ],
  [
    'reserved labels of pods',
    { api: { pod: { labels: { 'app.kubernetes.io/name': 'x' } } } },
    /spec\.api\.pod\.labels/,
  ],
  [
    'an affinity to nothing near',
    { api: { pod: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } } } } },
    /topologyKey/,
    /Required/,
  ],
  [
    'an affinity that is misspelt',
    { cache: { managed: { pod: { affinity: { nodeAfinity: {} } } } } },
    /unknown field "spec\.cache\.managed\.pod\.affinity\.nodeAfinity"/,
  ],
  ['a cache both managed and disabled', { cache: { managed: {}, disabled: {} } }, /exclude each other/],
  ['a TTL above 300 s', { cache: { ttl: '10m' } }, /spec\.cache\.ttl/, /300s/],
  ['a TTL without a unit', { cache: { ttl: '300' } }, /spec\.cache\.ttl/, /unit/],
  ['a TTL of nothing', { cache: { ttl: '0s' } }, /spec\.cache\.ttl/],
  ['an unknown eviction policy', { cache: { managed: { maxMemoryPolicy: 'some' } } }, /maxMemoryPolicy/],
  ['events both managed and disabled', { events: { managed: {}, disabled: {} } }, /exclude each other/],
  ['two brokers', { events: { managed: { replicas: 2 } } }, /events\.managed\.replicas/, /set 1 or 3/],
  ['no broker', { events: { managed: { replicas: 0 } } }, /events\.managed\.replicas/],
  [
    'ZooKeeper with Kafka 4',
    { events: { managed: { version: '4.2.1', zooKeeper: {} } } },
    /zooKeeper needs Kafka 3/,
    /3\.9\.2/,
  ],
  ['two ZooKeepers', { events: { managed: { version: '3.9.2', zooKeeper: { replicas: 2 } } } }, /zooKeeper\.replicas/],
  ['a Kafka version of words', { events: { managed: { version: 'new' } } }, /events\.managed\.version/],
  [
    'more copies than brokers',
    { events: { topic: { replicationFactor: 3 } } },
    /replicationFactor/,
    /number of brokers/,
  ],
  ['no partition', { events: { topic: { partitions: 0 } } }, /partitions/],
  ['a topic name with a space', { events: { topic: { name: 'memo events' } } }, /spec\.events\.topic\.name/],
  ['a retention without a unit', { events: { topic: { retention: '7' } } }, /spec\.events\.topic\.retention/],
  ['an unknown word for update events', { events: { updateEvents: true } }, /spec\.events\.updateEvents/],
  ['a route without a host', { route: { ingress: {} } }, /spec\.route\.hostnames/, /Required/],
  ['a route with no hosts', { route: { hostnames: [], ingress: {} } }, /spec\.route\.hostnames/],
  [
    'a host with a scheme',
    { route: { hostnames: ['https://memo.example'], ingress: {} } },
    /hostnames/,
    /memo\.example\.org/,
  ],
  ['a host in capitals', { route: { hostnames: ['Memo.example'], ingress: {} } }, /hostnames/],
  ['a route without a kind', { route: { hostnames: ['memo.example'] } }, /spec\.route\.ingress/],
  ['a Gateway without a name', { route: { hostnames: ['memo.example'], gateway: { parentRefs: [{}] } } }, /\.name/],
  ['no Gateway', { route: { hostnames: ['memo.example'], gateway: { parentRefs: [] } } }, /at least one Gateway/],
  ['TLS without its Secret', { route: { hostnames: ['memo.example'], ingress: { tls: {} } } }, /tls\.secretName/],
];

/** From one spec to another that must not be reached. */
const forbiddenMoves: readonly (readonly [what: string, from: object, to: object, ...words: RegExp[]])[] = [
  ['shrinking the database', { database: { managed: { storage: { size: '20Gi' } } } }, {}, /can only grow/],
  [
    'another StorageClass',
    {},
    { database: { managed: { storage: { className: 'fast' } } } },
    /spec\.database\.managed\.storage\.className: Invalid value: .*className cannot be changed/,
  ],
  ['more brokers', {}, { events: { managed: { replicas: 3 } } }, /replicas .* cannot be changed/],
  [
    'adding ZooKeeper',
    {},
    { events: { managed: { version: '3.9.2', zooKeeper: {} } } },
    /zooKeeper cannot be added or removed/,
  ],
  [
    'more pods than max_connections allows',
    { api: { replicas: 2 }, database: { managed: { settings: { max_connections: 100 } } } },
    { api: { replicas: 4 }, database: { managed: { settings: { max_connections: 100 } } } },
    /max_connections .* fewer pods/,
  ],
  ['fewer partitions', { events: { topic: { partitions: 6 } } }, {}, /partitions .* can only grow/],
];

/** What the service reads and no field of the spec says: the admin may set it for the API's container. */
const leftToEnv = [
  'DATABASE_TIME_ZONE',
  'LEGACY_PATHS_SUNSET',
  'MIGRATION_PATIENCE',
  'MAX_CONTENT_BYTES',
  'REQUEST_TIMEOUT',
  'SHUTDOWN_DELAY',
];

describe('the MemoApp schema', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let kubectl: Kubectl;

  before(async () => {
    cluster = await startCluster({ name: 'test-crd', rung: 1 });
    kubectl = await kubectlOn(cluster);
    const applied = await kubectl(['apply', '-f', crd]);
    expect(applied.code, applied.stderr).to.equal(0);
    await established(kubectl, ['-f', crd]);
  });

  after(async () => await cluster.stop());

  for (const [what, spec, ...words] of bad) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await kubectl(['apply', '--dry-run=server', '-f', '-'], memoApp('bad', spec));
      expect(code, 'accepted').not.to.equal(0);
      for (const word of words) expect(stderr).to.match(word);
    });
  }

  for (const name of ['a-name-of-thirty-nine-characters-is-long', 'memo.example', '1memo']) {
    it(`refuses the name ${name}`, async () => {
      const { code, stderr } = await kubectl(['apply', '--dry-run=server', '-f', '-'], memoApp(name, {}));
      expect(code).not.to.equal(0);
      expect(stderr).to.match(/metadata\.name must be an RFC 1035 label of at most 38 characters/);
    });
  }

  for (const [index, [what, from, to, ...words]] of forbiddenMoves.entries()) {
    it(`refuses ${what} on a live object`, async () => {
      const name = `move-${index}`;
      const created = await kubectl(['apply', '-f', '-'], memoApp(name, from));
      expect(created.code, created.stderr).to.equal(0);
      const { code, stderr } = await kubectl(['apply', '-f', '-'], memoApp(name, to));
      expect(code, 'accepted').not.to.equal(0);
      for (const word of words) expect(stderr).to.match(word);
    });
  }

  for (const [index, [what, spec]] of switches.entries()) {
    it(`can be switched from nothing to ${what} and back, by apply and by server-side apply`, async () => {
      for (const flags of [[], ['--server-side']]) {
        const name = `switch-${index}-${flags.length}`;
        for (const next of [{}, spec, {}]) {
          const { code, stderr } = await kubectl(['apply', ...flags, '-f', '-'], memoApp(name, next));
          expect(code, stderr).to.equal(0);
        }
      }
    });
  }

  it('leaves no variable of the service to spec.api.env that a field of the spec sets', async () => {
    const names = Object.entries(VARIABLES).flatMap(([name, { file }]) => [name, ...(file ? [`${name}_FILE`] : [])]);
    const apps = names.map((name) => {
      const app = name.toLowerCase().replaceAll('_', '-');
      return memoApp(app, { api: { env: [{ name, value: 'x' }] } });
    });
    const list = { apiVersion: 'v1', kind: 'List', items: apps };
    const { stderr, stdout } = await kubectl(['apply', '--dry-run=server', '-o', 'name', '-f', '-'], list);
    const taken = names.filter((name) => stdout.includes(`/${name.toLowerCase().replaceAll('_', '-')}\n`));
    expect(taken, stderr).to.have.members(leftToEnv);
  });

  it('has rules that cost less than a hundredth of what the API server allows', async () => {
    const { count, definition } = withRulesRepeated(crd, 100);
    expect(count).to.be.above(10_000);
    // Raw, for there is a limit to the size of a request: kubectl would write each & in six letters.
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';
    const accepted = await kubectl(['create', '--raw', definitions, '-f', '-'], definition);
    expect(accepted.code, accepted.stderr).to.equal(0);
    // That it is asked at all.
    const dear = withRulesRepeated(crd, 1, [
      { rule: "self.spec.api.env.all(x, self.spec.api.env.all(y, x.value.matches(y.value + '.*')))" },
    ]);
    const refused = await kubectl(['create', '--raw', definitions, '-f', '-'], dear.definition);
    expect(refused.stderr).to.match(/exceeds budget/);
  });

  it('can be scaled from nothing, and says how many there are to be', async () => {
    await kubectl(['apply', '-f', '-'], memoApp('scaled', {}));
    const { code, stderr } = await kubectl(['scale', 'memoapp/scaled', '--replicas=4']);
    expect(code, stderr).to.equal(0);
    expect((await kubectl(['get', 'memoapp', 'scaled', '-o', 'jsonpath={.spec.api.replicas}'])).stdout).to.equal('4');
  });

  it('stores nothing for `spec: {}` but leaves: no member of a union', async () => {
    await kubectl(['apply', '-f', '-'], memoApp('least', {}));
    const { stdout } = await kubectl(['get', 'memoapp', 'least', '-o', 'jsonpath={.spec}']);
    expect(JSON.parse(stdout)).to.deep.equal({ deletionPolicy: 'Retain', state: 'Running' });
  });

  it('explains every field', async () => {
    const { stdout } = await kubectl(['explain', 'memoapp.spec', '--recursive']);
    const names = new Set(fields(schema('spec')).flatMap(([path]) => path.at(-1) ?? []));
    for (const name of names) expect(stdout).to.match(new RegExp(`^ +${name}\\t`, 'm'));
    const one = await kubectl(['explain', 'memoapp.spec.database']);
    expect(one.stdout).to.match(/MariaDB/);
  });

  it('takes every example of its descriptions', async () => {
    const items = everyField.flatMap(({ specs }, field) =>
      specs.map((spec, index) => memoApp(`field-${field}-${index}`, spec)),
    );
    const list = { apiVersion: 'v1', kind: 'List', items };
    const { code, stderr } = await kubectl(['create', '--dry-run=server', '-f', '-'], list);
    expect(code, stderr).to.equal(0);
  });

  it('fits into the annotation of a client-side apply', () => {
    expect(statSync(crd).size).to.be.below(200_000);
  });
});
