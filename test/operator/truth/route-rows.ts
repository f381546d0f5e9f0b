/** The rows about the ways in from outside. */
import type { StateName } from '../../../operator/src/api/states.ts';
import { ingressClass } from './place.ts';
import { serving, small, type Row } from './row.ts';

const className = ingressClass.metadata.name;
const tls = { secretName: 'memo-tls' };
const issued = { 'cert-manager.io/cluster-issuer': 'letsencrypt' };

export const routeRows = {
  'The Ingress has no address': {
    spec: { ...small, route: { hostnames: ['memo.example'], ingress: { className } } },
    tells: {
      RouteReady: [
        'False',
        'AddressPending',
        /^the Ingress controller has not published an address for Ingress shop-route; see that it runs$/,
      ],
      APIAvailable: serving,
    },
  },
  'There is no such IngressClass': {
    spec: { ...small, route: { hostnames: ['memo.example'], ingress: { className: 'nowhere' } } },
    tells: {
      RouteReady: [
        'False',
        'IngressClassMissing',
        /^the cluster does not have the IngressClass "nowhere"; set spec\.route\.ingress\.className to one of: by-hand, or use spec\.route\.gateway$/,
      ],
      APIAvailable: serving,
    },
  },
  'The certificate of the Ingress is missing': {
    spec: { ...small, route: { hostnames: ['memo.example'], ingress: { className, tls } } },
    // As the API server takes one of this type.
    before: [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/tls',
        metadata: { name: 'memo-tls' },
        data: { 'tls.crt': 'eA==', 'tls.key': '' },
      },
    ],
    happens: async (place) => await place.publish(),
    tells: {
      RouteReady: [
        'False',
        'ReferenceMissing',
        /^spec\.route\.ingress\.tls\.secretName needs the key tls\.key of Secret memo-tls, which has nothing in it; fill it; until then the Ingress controller serves its default certificate$/,
      ],
      APIAvailable: serving,
    },
  },
  'The certificate of the Ingress is awaited': {
    spec: { ...small, route: { hostnames: ['memo.example'], ingress: { className, tls, annotations: issued } } },
    happens: async (place) => await place.publish(),
    tells: {
      RouteReady: [
        'False',
        'CertificatePending',
        /^Secret memo-tls is awaited from issuer letsencrypt of cert-manager; until then .*; should it take long, see: kubectl describe certificate memo-tls$/,
      ],
      APIAvailable: serving,
    },
  },
  'The Gateway API is missing': {
    spec: { ...small, route: { hostnames: ['memo.example'], gateway: { parentRefs: [{ name: 'public' }] } } },
    tells: {
      RouteReady: ['False', 'GatewayAPIMissing', /HTTPRoute.*; install the Gateway API, or use spec\.route\.ingress$/],
      APIAvailable: serving,
    },
  },
} as const satisfies Partial<Readonly<Record<StateName, Row>>>;
