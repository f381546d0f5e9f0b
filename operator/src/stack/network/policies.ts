/** Network policies: one for each part, which lets nothing in or out but the flows that there are. */
import type { NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1.js';
import { operatorLabels, selector } from '../../api/labels.ts';
import { ports } from '../../api/names.ts';
import type { ResolvedApp, ResolvedNetworkPolicy } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { metadata } from '../metadata.ts';
import type { Observed } from '../observed.ts';
import { flows, type Flow, type PodPart } from './flows.ts';

type EnabledPolicy = Extract<ResolvedNetworkPolicy, { mode: 'Enabled' }>;

export function networkObjects(app: ResolvedApp, observed: Observed): KubeObject[] {
  const { networkPolicy } = app;
  if (networkPolicy.mode === 'Disabled') return [];
  const all = flows(app, observed);
  const parts = new Set<PodPart>(all.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])));
  return [...parts].toSorted().map((part) => policy(app, networkPolicy, part, all));
}

function policy(app: ResolvedApp, enabled: EnabledPolicy, part: PodPart, all: readonly Flow[]): KubeObject {
  const out = all.filter(({ from }) => from === part);
  const ingress = [
    ...all.filter(({ to }) => to === part).map(({ from, ports: open }) => rule([peer(app, from)], open)),
    ...(part === 'api' ? visitors(enabled) : []),
  ];
  const egress = out.map(({ to, ports: open }) => ({
    ports: open.map(tcp),
    ...(to !== undefined && { to: [peer(app, to)] }),
  }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(app, `${app.name}-${part}`, part),
    spec: {
      podSelector: { matchLabels: selector(app, part) },
      policyTypes: ['Ingress', 'Egress'],
      // Said also where there is none, so that one which is added is seen.
      ingress,
      // Who looks for nobody has no name to look up.
      egress: egress.length > 0 ? [...egress, { ports: nameLookups }] : [],
    },
  };
}

/** Clients to the API's port; to the management port nobody but the operator. The kubelet's probes need no rule. */
function visitors({ allowFrom, operatorNamespace }: EnabledPolicy): NetworkPolicyIngressRule[] {
  const home = operatorNamespace !== undefined && {
    matchLabels: { 'kubernetes.io/metadata.name': operatorNamespace },
  };
  const operator = { namespaceSelector: { ...home }, podSelector: { matchLabels: { ...operatorLabels } } };
  return [rule(allowFrom, [ports.api]), rule([operator], [ports.management])];
}

/** Without a peer: from anywhere. */
function rule(from: readonly NetworkPolicyPeer[], open: readonly number[]): NetworkPolicyIngressRule {
  return { ports: open.map(tcp), ...(from.length > 0 && { from: [...from] }) };
}

function peer(app: ResolvedApp, part: PodPart): NetworkPolicyPeer {
  return { podSelector: { matchLabels: selector(app, part) } };
}

function tcp(port: number): NetworkPolicyPort {
  return { port, protocol: 'TCP' };
}

/** To anywhere: name servers run as pods, on the nodes, or beside the cluster. 5353 is where OpenShift's pods listen. */
const nameLookups: NetworkPolicyPort[] = [53, 5353].flatMap((port) => [
  { port, protocol: 'UDP' },
  { port, protocol: 'TCP' },
]);
