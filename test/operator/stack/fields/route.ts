/** What the fields of `spec.route` do. */
import type { MemoAppSpec } from '../../../../operator/src/api/memoapp.ts';
import type { Effect } from './effect.ts';

const hostnames = ['memo.example', 'www.memo.example'];
const ingress = 'Ingress/shop-route';
const parent = ['HTTPRoute/shop-route', 'spec', 'parentRefs', 0] as const;

export const plainIngress = { route: { hostnames, ingress: {} } };
const plainGateway = through({});

function through(more: object): MemoAppSpec {
  return { route: { hostnames, gateway: { parentRefs: [{ name: 'public', ...more }] } } };
}

export const routeEffects: readonly Effect[] = [
  {
    field: 'route.ingress.className',
    spec: { route: { hostnames, ingress: { className: 'traefik' } } },
    base: plainIngress,
    at: [ingress, 'spec', 'ingressClassName'],
    before: undefined,
    after: 'traefik',
  },
  {
    field: 'route.ingress.tls',
    spec: { route: { hostnames, ingress: { tls: { secretName: 'memo-tls' } } } },
    base: plainIngress,
    at: [ingress, 'spec', 'tls'],
    before: undefined,
    after: [{ hosts: hostnames, secretName: 'memo-tls' }],
  },
  {
    field: 'route.ingress.annotations',
    spec: { route: { hostnames, ingress: { annotations: { 'cert-manager.io/cluster-issuer': 'public' } } } },
    base: plainIngress,
    at: [ingress, 'metadata', 'annotations'],
    before: undefined,
    after: { 'cert-manager.io/cluster-issuer': 'public' },
  },
  {
    field: 'route.gateway.parentRefs[].namespace',
    spec: through({ namespace: 'gateways' }),
    base: plainGateway,
    at: [...parent, 'namespace'],
    before: undefined,
    after: 'gateways',
  },
  {
    field: 'route.gateway.parentRefs[].sectionName',
    spec: through({ sectionName: 'https' }),
    base: plainGateway,
    at: [...parent, 'sectionName'],
    before: undefined,
    after: 'https',
  },
  {
    field: 'route.gateway.parentRefs[].port',
    spec: through({ port: 8443 }),
    base: plainGateway,
    at: [...parent, 'port'],
    before: undefined,
    after: 8443,
  },
];
