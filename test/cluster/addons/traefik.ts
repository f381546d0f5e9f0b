/** Traefik, for Ingress and for the Gateway API. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { INGRESS_PORT } from '../inside/addresses.ts';
import { answersWell } from '../host/probe.ts';
import type { Site } from '../inside/site.ts';
import { ADDON } from './addon.ts';

export async function startTraefik(site: Site): Promise<void> {
  const { processes, tool, credentials, api } = site;
  await Promise.all([
    defineGatewayApi(site),
    api.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'traefik', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'traefik.io/ingress-controller' },
    }),
  ]);
  await api.apply({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'traefik' },
    spec: { controllerName: 'traefik.io/gateway-controller' },
  });
  const kubeconfig = credentials.kubeconfigFor('traefik.kubeconfig', ADDON);
  await processes.start({
    name: 'traefik',
    command: tool('traefik'),
    args: [
      `--entrypoints.web.address=127.0.0.1:${INGRESS_PORT}`,
      '--entrypoints.traefik.address=127.0.0.1:8089',
      '--ping=true',
      '--providers.kubernetesingress=true',
      '--providers.kubernetesingress.ingressendpoint.ip=127.0.0.1',
      '--providers.kubernetesgateway=true',
      '--providers.kubernetesgateway.statusaddress.ip=127.0.0.1',
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
    ],
    env: { KUBECONFIG: kubeconfig },
    ready: async () => await answersWell('http://127.0.0.1:8089/ping'),
  });
}

/** Applies the standard custom resource definitions and waits until the first of their kinds is served. */
async function defineGatewayApi({ plan, api }: Site): Promise<void> {
  const folder = plan.gatewayApi;
  if (folder === undefined) return;
  for (const file of readdirSync(folder)) {
    const yaml = readFileSync(join(folder, file), 'utf8');
    const { kind, metadata } = parse(yaml) as { kind?: string; metadata?: { name: string } };
    if (kind === 'CustomResourceDefinition' && metadata !== undefined) await api.applyDefinition(metadata.name, yaml);
  }
}
