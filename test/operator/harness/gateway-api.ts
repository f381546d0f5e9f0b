/** The Gateway API as its project publishes it, with the defaults that the API server fills in. */
import { join } from 'node:path';
import { definitionsFolder } from '../../cluster/toolbox/toolbox.ts';
import { established } from './install.ts';
import type { Kubectl } from './kubectl.ts';
import { done } from './live.ts';

/** Of its kinds that of HTTPRoute alone. */
export async function installHTTPRoute(kubectl: Kubectl): Promise<void> {
  const file = join(await definitionsFolder('gateway-api'), 'gateway.networking.k8s.io_httproutes.yaml');
  // The whole of it does not fit into the annotation of an apply by the client.
  await done(kubectl, ['apply', '--server-side', '-f', file]);
  await established(kubectl, ['-f', file]);
}
