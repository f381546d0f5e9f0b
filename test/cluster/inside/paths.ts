/** Names of the files in a cluster's folder, for those inside and outside alike. */
import { join } from 'node:path';

export interface ClusterPaths {
  readonly kubeconfig: string;
  readonly auditLog: string;
  /** Where the supervisor takes orders. */
  readonly controlSocket: string;
  readonly logs: string;
  readonly certificates: string;
  readonly etc: string;
  readonly data: string;
  readonly containerdSocket: string;
}

export function clusterPaths(directory: string): ClusterPaths {
  return {
    kubeconfig: join(directory, 'kubeconfig'),
    auditLog: join(directory, 'audit.log'),
    controlSocket: join(directory, 'control.sock'),
    logs: join(directory, 'logs'),
    certificates: join(directory, 'certificates'),
    etc: join(directory, 'etc'),
    data: join(directory, 'data'),
    containerdSocket: join(directory, 'containerd.sock'),
  };
}
