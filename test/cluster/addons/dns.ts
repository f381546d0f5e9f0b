/** CoreDNS for the names of Services and pods. Other names do not exist: there is no network to find them on. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DNS_PORT, DNS_SERVICE_ADDRESS, NODE_ADDRESS } from '../inside/addresses.ts';
import { answersWell } from '../host/probe.ts';
import type { Site } from '../inside/site.ts';
import { ADDON } from './addon.ts';
import { hostService } from './host-service.ts';

export async function startDns({ processes, tool, paths, credentials, api }: Site): Promise<void> {
  const kubeconfig = credentials.kubeconfigFor('coredns.kubeconfig', ADDON);
  const config = join(paths.etc, 'Corefile');
  writeFileSync(
    config,
    `cluster.local:${DNS_PORT} in-addr.arpa:${DNS_PORT} {
      bind ${NODE_ADDRESS}
      errors
      ready 127.0.0.1:8381
      kubernetes cluster.local in-addr.arpa {
        kubeconfig ${kubeconfig}
        pods insecure
        ttl 5
      }
      loadbalance
    }
    .:${DNS_PORT} {
      bind ${NODE_ADDRESS}
      errors
      template ANY ANY {
        rcode NXDOMAIN
      }
    }
`,
  );
  const ports = [
    { name: 'dns', protocol: 'UDP', port: 53, targetPort: DNS_PORT },
    { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: DNS_PORT },
  ] as const;
  for (const each of hostService('kube-dns', ports, DNS_SERVICE_ADDRESS)) await api.apply(each);
  await processes.start({
    name: 'coredns',
    command: tool('coredns'),
    args: ['-conf', config],
    ready: async () => await answersWell('http://127.0.0.1:8381/ready'),
  });
}
