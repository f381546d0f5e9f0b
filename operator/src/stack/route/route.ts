/** The ways in from outside: an Ingress, an HTTPRoute or both, without anything that only one controller understands. */
import { names, ports } from '../../api/names.ts';
import type { ResolvedApp, ResolvedGateway, ResolvedIngress } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { metadata } from '../metadata.ts';
import type { Observed } from '../observed.ts';

export function routeObjects(app: ResolvedApp, observed: Observed): KubeObject[] {
  const { route } = app;
  if (route.mode === 'none') return [];
  const { gateway, hostnames, ingress } = route;
  return [
    ...(ingress ? [ingressOf(app, hostnames, ingress)] : []),
    // Where the cluster does not serve the kind, RouteReady says so.
    ...(gateway && observed.serves('HTTPRoute') ? [httpRouteOf(app, hostnames, gateway)] : []),
  ];
}

function ingressOf(app: ResolvedApp, hostnames: readonly string[], ingress: ResolvedIngress): KubeObject {
  const { annotations, className, tlsSecretName } = ingress;
  const backend = { service: { name: names(app).api, port: { number: ports.api } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadata(app, names(app).route, 'route', annotations),
    spec: {
      ...(className !== undefined && { ingressClassName: className }),
      rules: hostnames.map((host) => ({ host, http: { paths: [{ backend, path: '/', pathType: 'Prefix' }] } })),
      ...(tlsSecretName !== undefined && { tls: [{ hosts: [...hostnames], secretName: tlsSecretName }] }),
    },
  };
}

/** With what the API would fill in, so that it is kept in the words it was applied in. */
function httpRouteOf(app: ResolvedApp, hostnames: readonly string[], { parentRefs }: ResolvedGateway): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadata(app, names(app).route, 'route'),
    spec: {
      hostnames: [...hostnames],
      parentRefs: parentRefs.map((parent) => ({ group: 'gateway.networking.k8s.io', kind: 'Gateway', ...parent })),
      rules: [
        {
          backendRefs: [{ group: '', kind: 'Service', name: names(app).api, port: ports.api, weight: 1 }],
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        },
      ],
    },
  };
}

/** Where people find the app; undefined without a route. */
export function urlOf({ route }: ResolvedApp): string | undefined {
  if (route.mode === 'none') return undefined;
  const { gateway, hostnames, ingress } = route;
  const secure = ingress ? ingress.tlsSecretName !== undefined : gateway?.parentRefs.some(isSecure);
  return `${secure ? 'https' : 'http'}://${hostnames[0] ?? ''}`;
}

/** Whether a Gateway's listener speaks TLS is its own affair: of it we know what the reference says. */
function isSecure({ port, sectionName = '' }: ResolvedGateway['parentRefs'][number]): boolean {
  return port === 443 || sectionName.startsWith('https');
}
