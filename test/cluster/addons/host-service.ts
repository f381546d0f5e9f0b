/** A Service in front of a program that runs on the node itself: the endpoints are written by hand. */
import { NODE_ADDRESS } from '../inside/addresses.ts';
import type { Manifest } from '../inside/api.ts';

export interface HostPort {
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  readonly targetPort: number;
}

/** @param clusterIP fixed, where others must know it beforehand. */
export function hostService(name: string, ports: readonly HostPort[], clusterIP?: string): Manifest[] {
  const metadata = { name, namespace: 'kube-system' };
  const service: Manifest = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports, ...(clusterIP === undefined ? {} : { clusterIP }) },
  };
  const slice: Manifest = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [NODE_ADDRESS], conditions: { ready: true } }],
    ports: ports.map((each) => ({ name: each.name, protocol: each.protocol, port: each.targetPort })),
  };
  return [service, slice];
}
