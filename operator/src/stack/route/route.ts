/** The way in from outside: an Ingress, without anything that only one controller understands. */
import { names, ports } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { metadata } from '../metadata.ts';

export function routeObjects(app: ResolvedApp): KubeObject[] {
  const { route } = app;
  if (route.mode !== 'ingress') return [];
  const { className, hostnames, tlsSecretName, annotations } = route;
  const child = names(app);
  const backend = { service: { name: child.api, port: { number: ports.api } } };
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: metadata(app, child.route, 'route', annotations),
      spec: {
        ...(className !== undefined && { ingressClassName: className }),
        rules: hostnames.map((host) => ({ host, http: { paths: [{ backend, path: '/', pathType: 'Prefix' }] } })),
        ...(tlsSecretName !== undefined && { tls: [{ hosts: [...hostnames], secretName: tlsSecretName }] }),
      },
    },
  ];
}

/** Where people find the app; undefined without a route. */
export function urlOf({ route }: ResolvedApp): string | undefined {
  if (route.mode !== 'ingress') return undefined;
  return `${route.tlsSecretName === undefined ? 'http' : 'https'}://${route.hostnames[0] ?? ''}`;
}
