/** Our own client on a test's cluster. */
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { apiVersion, kind } from '../../../operator/src/api/names.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { connect, type ConnectOptions } from '../../../operator/src/runtime/client/connect.ts';
import { fromKubeconfig } from '../../../operator/src/runtime/client/kubeconfig.ts';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import type { Cluster } from '../../cluster/cluster.ts';

export const memoAppKind = kindOf<MemoApp>(apiVersion, kind);

/** @returns a client as the cluster's admin; the caller closes it */
export async function clientOn(
  { kubeconfig }: Pick<Cluster, 'kubeconfig'>,
  options: Omit<ConnectOptions, 'credentials'> = {},
): Promise<ApiClient> {
  return await connect({ ...options, credentials: await fromKubeconfig({ path: kubeconfig }) });
}
