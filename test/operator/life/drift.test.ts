/**
 * Edits by hand of what is ours, on a real API server: as an admin makes them who forgets, or somebody who means harm. A list that
 * Kubernetes takes as one value is ours to the last field; what others may add to an object stays.
 */
import { expect } from 'chai';
import { writesOf } from '../harness/audit.ts';
import { installHTTPRoute } from '../harness/gateway-api.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done, getAs } from '../harness/live.ts';
import { operatorUser } from '../harness/operator.ts';
import { until } from '../harness/until.ts';
import { empties } from '../specs/empties.ts';

interface Child {
  readonly metadata: {
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: unknown;
}

/** What is added at a place, as a JSON patch adds it: in the place of what is there. */
type Added = readonly [path: string, value: unknown];

const pod = '/spec/template/spec';
const other = { name: 'other', port: 80 };
const anyNone = [{ key: 'none', operator: 'Exists' }];
const mirror = { type: 'RequestMirror', requestMirror: { backendRef: other } };
const byMemory = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1' } },
};

const edits: readonly (readonly [what: string, kind: string, name: string, ...added: Added])[] = [
  // Whoever may label a pod in any namespace is the API then.
  ['lets other namespaces in', 'networkpolicy', 'shop-database', '/spec/ingress/0/from/0/namespaceSelector', {}],
  ['lets anybody in', 'networkpolicy', 'shop-cache', '/spec/ingress/-', {}],
  ['lets anybody in where nobody was', 'networkpolicy', 'shop-migrate', '/spec/ingress', [{}]],
  ['lets anything out where nothing was', 'networkpolicy', 'shop-database', '/spec/egress', [{}]],
  ['lets no name be looked up', 'networkpolicy', 'shop-topic', '/spec/egress/1/to', [{ podSelector: {} }]],
  ['opens a range of ports', 'networkpolicy', 'shop-events', '/spec/ingress/0/ports/0/endPort', 10_000],
  ['fences in nobody', 'networkpolicy', 'shop-zookeeper', '/spec/podSelector/matchExpressions', anyNone],
  ['tells somebody else of every request', 'httproute', 'shop-route', '/spec/rules/0/filters', [mirror]],
  ['leads elsewhere too', 'httproute', 'shop-route', '/spec/rules/0/backendRefs/-', other],
  ['takes few requests', 'httproute', 'shop-route', '/spec/rules/0/matches/0/headers', [{ name: 'a', value: 'b' }]],
  ['listens elsewhere', 'httproute', 'shop-route', '/spec/parentRefs/0/sectionName', 'other'],
  ['has another path', 'ingress', 'shop-route', '/spec/rules/0/http/paths/0/path', '/v1'],
  ['has another host', 'ingress', 'shop-route', '/spec/rules/-', { host: 'other.example' }],
  ['selects other pods', 'service', 'shop-api', '/spec/selector/more', 'x'],
  ['selects other pods', 'pdb', 'shop-api', '/spec/selector/matchExpressions', anyNone],
  ['scales by another measure', 'hpa', 'shop-api', '/spec/metrics/-', byMemory],
  ['bears a taint for longer', 'statefulset', 'shop-database', `${pod}/tolerations/0/tolerationSeconds`, 3600],
  ['bears another taint', 'deployment', 'shop-api', `${pod}/tolerations/1/key`, 'other'],
];

describe('an app that somebody edits by hand', function () {
  this.timeout(120_000);
  let on: Installed;
  let kubectl: Kubectl;

  before(async () => {
    const metadata = { name: 'words', namespace: 'default' };
    const words = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { word: 'a' } };
    // Every second or so each MemoApp is looked at again: idleness is proven by passes, not by waiting.
    on = await startInstalled({ name: 'test-drift', rung: 1, resyncMinutes: 0.02, objects: [words] });
    ({ kubectl } = on);
    await installHTTPRoute(kubectl);
    await apply(kubectl, memoApp('shop', empties));
    await until('HTTPRoute', async () => await getAs(kubectl, 'httproute', 'shop-route'));
    await on.operator.passes(2);
  });

  after(async () => await on.stop());

  async function child(kind: string, name: string): Promise<Child> {
    const found = await getAs<Child>(kubectl, kind, name);
    if (!found) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  async function patch(kind: string, name: string, type: 'json' | 'strategic', body: unknown): Promise<void> {
    await done(kubectl, ['patch', kind, name, `--type=${type}`, '-p', JSON.stringify(body)]);
  }

  async function add(kind: string, name: string, ...added: readonly Added[]): Promise<void> {
    const operations = added.map(([path, value]) => ({ op: 'add', path, value }));
    await patch(kind, name, 'json', operations);
  }

  /** Edits, and waits until the object is as it was. */
  async function repaired(kind: string, name: string, edit: () => Promise<void>): Promise<void> {
    const before = await child(kind, name);
    await edit();
    await until(`${kind} ${name} as before`, async () => {
      const { metadata, spec } = await child(kind, name);
      expect(spec).to.deep.equal(before.spec);
      // A Service has no generation.
      const { generation } = before.metadata;
      if (generation !== undefined) expect(metadata.generation).to.be.above(generation);
      return true;
    });
  }

  /** What the operator writes while it looks at the app so many times. */
  async function writesIn(passes: number): Promise<string[]> {
    const before = writesOf(on.cluster.auditLog, operatorUser);
    await on.operator.passes(passes);
    return writesOf(on.cluster.auditLog, operatorUser).slice(before.length);
  }

  it('is written once, though its spec is full of empty words, and not after a restart', async () => {
    expect(await writesIn(3)).to.deep.equal([]);
    const before = writesOf(on.cluster.auditLog, operatorUser);
    const first = on.operator.log();
    await on.restart();
    await on.operator.passes(3);
    expect(writesOf(on.cluster.auditLog, operatorUser).slice(before.length)).to.deep.equal([]);
    for (const log of [first, on.operator.log()]) expect(log).not.to.contain('in other words');
  });

  for (const [what, kind, name, ...added] of edits) {
    it(`has no ${kind} ${name} that ${what}`, async () => {
      await repaired(kind, name, async () => await add(kind, name, added));
    });
  }

  it('has no variable that may be missing', async () => {
    const secretKeyRef = { name: 'words', key: 'word', optional: true };
    const containers = [{ name: 'api', env: [{ name: 'WORD', valueFrom: { secretKeyRef } }] }];
    await repaired('deployment', 'shop-api', async () => {
      await patch('deployment', 'shop-api', 'strategic', { spec: { template: { spec: { containers } } } });
    });
  });

  it('keeps what others have put beside, on the very objects that are repaired', async () => {
    await done(kubectl, ['annotate', 'networkpolicy,httproute,deployment', '--all', 'club.example/note=mine']);
    await done(kubectl, ['label', 'networkpolicy,httproute,deployment', '--all', 'team=blue']);
    await add(
      'deployment',
      'shop-api',
      [`${pod}/containers/0`, { name: 'proxy', image: 'proxy' }],
      [`${pod}/volumes/-`, { name: 'theirs', emptyDir: {} }],
      [`${pod}/tolerations`, []],
    );
    await add('networkpolicy', 'shop-database', ['/spec/ingress', [{}]]);
    await add('httproute', 'shop-route', ['/spec/rules/0/matches/0/path/value', '/v1']);
    const texts = async (): Promise<Record<string, string>> => ({
      networkpolicy: JSON.stringify(await child('networkpolicy', 'shop-database')),
      httproute: JSON.stringify(await child('httproute', 'shop-route')),
      deployment: JSON.stringify(await child('deployment', 'shop-api')),
    });
    await until('repair', async () => {
      const { networkpolicy, httproute, deployment } = await texts();
      expect(networkpolicy).not.to.contain('"ingress":[{}]');
      expect(httproute).not.to.contain('"/v1"');
      expect(deployment).to.contain('"dedicated"');
      return true;
    });
    expect(await writesIn(2)).to.deep.equal([]);
    const kept = await texts();
    for (const [kind, text] of Object.entries(kept)) {
      expect(text, kind).to.contain('"club.example/note":"mine"').and.to.contain('"team":"blue"');
    }
    expect(kept['deployment']).to.contain('"image":"proxy"').and.to.contain('"name":"theirs"');
  });
});
