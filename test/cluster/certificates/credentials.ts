/** All certificates and keys of one cluster, written into its folder. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { API_PORT, API_SERVICE_ADDRESS, NODE_ADDRESS, NODE_NAME } from '../inside/addresses.ts';
import { createAuthority } from './certificate.ts';
import type { Authority, Certificate, Subject } from './certificate.ts';
import { kubeconfig } from './kubeconfig.ts';

export interface Credentials {
  readonly authority: Authority;
  readonly admin: Certificate;
  /** Path of a file: `ca.crt`, `apiserver.key`, ... */
  readonly file: (name: string) => string;
  /** Writes a kubeconfig for a program inside and returns its path. */
  readonly kubeconfigFor: (file: string, subject: Subject) => string;
}

const ADMIN: Subject = { commonName: 'admin', organizations: ['system:masters'] };

export function createCredentials(folder: string): Credentials {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(folder, name);
  const write = (name: string, content: string): void => writeFileSync(file(name), content, { mode: 0o600 });
  const writePair = (name: string, pair: Certificate): void => {
    write(`${name}.crt`, pair.certificate);
    write(`${name}.key`, pair.key);
  };

  const authority = createAuthority('local-cluster');
  writePair('ca', authority);
  const names = ['localhost', '127.0.0.1', '::1', NODE_ADDRESS, API_SERVICE_ADDRESS, ...apiServiceNames()];
  writePair('apiserver', authority.issue({ commonName: 'kube-apiserver' }, names));
  const kubeletClient = { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'] };
  writePair('apiserver-kubelet-client', authority.issue(kubeletClient));
  writePair('kubelet', authority.issue({ commonName: NODE_NAME }, [NODE_NAME, NODE_ADDRESS]));

  const frontProxy = createAuthority('local-cluster-front-proxy');
  writePair('front-proxy-ca', frontProxy);
  writePair('front-proxy-client', frontProxy.issue({ commonName: 'front-proxy-client' }));

  const serviceAccounts = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  write('service-accounts.key', serviceAccounts.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  write('service-accounts.pub', serviceAccounts.publicKey.export({ type: 'spki', format: 'pem' }));

  return {
    authority,
    admin: authority.issue(ADMIN),
    file,
    kubeconfigFor: (name, subject) => {
      const server = `https://127.0.0.1:${API_PORT}`;
      const client = authority.issue(subject);
      const user = subject.commonName;
      write(name, kubeconfig({ context: 'inside', server, authority: authority.certificate, user, client }));
      return file(name);
    },
  };
}

function apiServiceNames(): string[] {
  return ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
}
