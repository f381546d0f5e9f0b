/** The route through a Gateway, on a cluster that comes to serve the Gateway API only while the operator runs. */
import { expect } from 'chai';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, get, untilCondition } from '../harness/live.ts';
import { until } from '../harness/until.ts';

const route = { hostnames: ['memo.example'], gateway: { parentRefs: [{ name: 'public', namespace: 'gateways' }] } };

describe('a MemoApp behind a Gateway', function () {
  this.timeout(120_000);
  let on: Installed;
  let kubectl: Kubectl;

  before(async () => {
    on = await startInstalled({ name: 'test-gateway', rung: 1 });
    ({ kubectl } = on);
  });

  after(async () => await on.stop());

  it('says that the cluster does not serve the kind, and makes all the rest', async () => {
    await apply(kubectl, memoApp('shop', { route }));
    const missing = await untilCondition(kubectl, 'shop', { type: 'RouteReady', reason: 'GatewayAPIMissing' });
    expect(missing.message).to.contain('install the Gateway API');
    await until('Deployment', async () => await get(kubectl, 'deployment', 'shop-api'));
    expect(await get(kubectl, 'ingress', 'shop-route')).to.equal(undefined);
  });

  it('is not looked at while the kind is not served, however long that is', async () => {
    const asked = async (): Promise<number> => (await on.operator.metric('reflector_relists_total')) ?? 0;
    await until('rest', async () => (await on.operator.metric('controller_runtime_active_workers')) === 0);
    const [before, passes] = [await asked(), await on.operator.passed()];
    // Each time the informer asks for the kind, about ten seconds pass.
    await until('two more questions', async () => (await asked()) >= before + 2, 60);
    expect(await on.operator.passed()).to.be.at.most(passes + 1);
  });

  it('makes the HTTPRoute soon after the Gateway API is installed, without a restart', async () => {
    await apply(kubectl, httpRouteDefinition);
    const live = await until('HTTPRoute', async () => await get(kubectl, 'httproutes', 'shop-route'), 60);
    expect(JSON.stringify(live.spec)).to.contain('"name":"shop-api"').and.to.contain('memo.example');
    await untilCondition(kubectl, 'shop', { type: 'RouteReady', status: 'False', reason: 'AddressPending' });
  });

  it('is ready once the Gateway has taken it, and repeats what a Gateway refuses it for', async () => {
    await answer('False', 'NotAllowedByListeners', 'the namespace is not let in');
    const refused = await untilCondition(kubectl, 'shop', { type: 'RouteReady', reason: 'RouteRefused' });
    expect(refused.message).to.contain('Gateway gateways/public').and.to.contain('the namespace is not let in');
    await answer('True', 'Accepted', '');
    await untilCondition(kubectl, 'shop', { type: 'RouteReady', status: 'True' });
  });

  it('has both ways in beside each other, and then one', async () => {
    await apply(kubectl, memoApp('shop', { route: { ...route, ingress: {} } }));
    await until('Ingress', async () => await get(kubectl, 'ingress', 'shop-route'));
    expect(await get(kubectl, 'httproutes', 'shop-route')).not.to.equal(undefined);
    await apply(kubectl, memoApp('shop', { route: { hostnames: route.hostnames, ingress: {} } }));
    await until('prune', async () => !(await get(kubectl, 'httproutes', 'shop-route')));
    expect(await get(kubectl, 'ingress', 'shop-route')).not.to.equal(undefined);
  });

  /** What the controller of the Gateway writes. */
  async function answer(status: string, reason: string, message: string): Promise<void> {
    const condition = { reason, message, observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' };
    const conditions = [
      { type: 'Accepted', status, ...condition },
      { type: 'ResolvedRefs', status: 'True', ...condition },
    ];
    const parentRef = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'gateways' };
    const parents = [{ parentRef, controllerName: 'example.org/gateways', conditions }];
    const patch = JSON.stringify({ status: { parents } });
    await kubectl(['patch', 'httproutes', 'shop-route', '--subresource=status', '--type=merge', '-p', patch]);
  }
});

/** As much of the kind as the API server needs to serve it. */
const httpRouteDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'httproutes.gateway.networking.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
  },
  spec: {
    group: 'gateway.networking.k8s.io',
    names: { kind: 'HTTPRoute', listKind: 'HTTPRouteList', plural: 'httproutes', singular: 'httproute' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
