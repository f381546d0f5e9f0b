/** etcd, the API server, the controller-manager and the scheduler. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as address from '../inside/addresses.ts';
import { answersWell } from '../host/probe.ts';
import type { Site } from '../inside/site.ts';
import { AUDIT_POLICY } from './audit.ts';

const API = address.API_PORT;

export async function startEtcd({ processes, tool, paths }: Site): Promise<void> {
  const peer = 'http://127.0.0.1:2380';
  await processes.start({
    name: 'etcd',
    command: tool('etcd'),
    args: [
      `--data-dir=${join(paths.data, 'etcd')}`,
      `--listen-client-urls=${address.ETCD_CLIENT}`,
      `--advertise-client-urls=${address.ETCD_CLIENT}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--quota-backend-bytes=4294967296',
      '--log-level=warn',
    ],
    ready: async () => await answersWell(`${address.ETCD_CLIENT}/readyz`),
  });
}

export async function startApiServer(site: Site): Promise<void> {
  const { processes, tool, credentials, api, paths } = site;
  mkdirSync(paths.etc, { recursive: true });
  const policy = join(paths.etc, 'audit-policy.json');
  writeFileSync(policy, JSON.stringify(AUDIT_POLICY));
  const file = credentials.file;
  await processes.start({
    name: 'kube-apiserver',
    command: tool('kube-apiserver'),
    args: [
      `--etcd-servers=${address.ETCD_CLIENT}`,
      `--advertise-address=${address.NODE_ADDRESS}`,
      `--secure-port=${API}`,
      `--service-cluster-ip-range=${address.SERVICE_NETWORK}`,
      `--tls-cert-file=${file('apiserver.crt')}`,
      `--tls-private-key-file=${file('apiserver.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      `--kubelet-certificate-authority=${file('ca.crt')}`,
      `--kubelet-client-certificate=${file('apiserver-kubelet-client.crt')}`,
      `--kubelet-client-key=${file('apiserver-kubelet-client.key')}`,
      // Else logs and exec would try to resolve the node's name.
      '--kubelet-preferred-address-types=InternalIP',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${file('service-accounts.pub')}`,
      `--service-account-signing-key-file=${file('service-accounts.key')}`,
      `--requestheader-client-ca-file=${file('front-proxy-ca.crt')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${file('front-proxy-client.crt')}`,
      `--proxy-client-key-file=${file('front-proxy-client.key')}`,
      '--enable-aggregator-routing=true',
      `--audit-policy-file=${policy}`,
      `--audit-log-path=${paths.auditLog}`,
      '--audit-log-maxsize=4096',
      '--audit-log-maxbackup=1',
    ],
    ready: async () => (await api.send('GET', '/readyz')).status === 200,
  });
}

export async function startControllerManager({ processes, tool, credentials }: Site): Promise<void> {
  const kubeconfig = credentials.kubeconfigFor('controller-manager.kubeconfig', {
    commonName: 'system:kube-controller-manager',
  });
  const file = credentials.file;
  await processes.start({
    name: 'kube-controller-manager',
    command: tool('kube-controller-manager'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      '--bind-address=127.0.0.1',
      // There is only one; an election would only delay it, and end it when a test freezes the API server.
      '--leader-elect=false',
      `--service-account-private-key-file=${file('service-accounts.key')}`,
      `--root-ca-file=${file('ca.crt')}`,
      '--use-service-account-credentials=true',
      `--cluster-signing-cert-file=${file('ca.crt')}`,
      `--cluster-signing-key-file=${file('ca.key')}`,
      '--allocate-node-cidrs=true',
      `--cluster-cidr=${address.POD_NETWORK}`,
      `--service-cluster-ip-range=${address.SERVICE_NETWORK}`,
      // The usual five minutes to lower replicas again would be waited out by every test.
      '--horizontal-pod-autoscaler-sync-period=5s',
      '--horizontal-pod-autoscaler-downscale-stabilization=15s',
      '--horizontal-pod-autoscaler-initial-readiness-delay=5s',
      '--horizontal-pod-autoscaler-cpu-initialization-period=10s',
    ],
    ready: async () => await answersWell('https://127.0.0.1:10257/healthz'),
  });
}

export async function startScheduler({ processes, tool, credentials }: Site): Promise<void> {
  const kubeconfig = credentials.kubeconfigFor('scheduler.kubeconfig', { commonName: 'system:kube-scheduler' });
  await processes.start({
    name: 'kube-scheduler',
    command: tool('kube-scheduler'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      '--bind-address=127.0.0.1',
      '--leader-elect=false',
    ],
    ready: async () => await answersWell('https://127.0.0.1:10259/healthz'),
  });
}
