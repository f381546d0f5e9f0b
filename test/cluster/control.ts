/** Gives orders to a cluster that runs, over the socket in its folder. */
import { request } from 'node:http';

import { clusterPaths } from './inside/paths.ts';
import type { OrderBody, OrderName } from './inside/control-server.ts';
import { clusterDirectory } from './state.ts';

/**
 * @throws Error with the supervisor's own words, or when the cluster does not run.
 */
export async function order(name: string, what: OrderName, body: OrderBody = {}): Promise<unknown> {
  const { controlSocket } = clusterPaths(clusterDirectory(name));
  const text = await new Promise<string>((resolve, reject) => {
    const outgoing = request({ socketPath: controlSocket, method: 'POST', path: `/${what}` }, (incoming) => {
      let answer = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      incoming.once('end', () => resolve(answer));
      incoming.once('error', reject);
    });
    outgoing.once('error', (cause) => reject(new Error(`the cluster ${name} takes no orders: is it up?`, { cause })));
    outgoing.end(JSON.stringify(body));
  });
  const { result, error } = JSON.parse(text) as { result?: unknown; error?: string };
  if (error !== undefined) throw new Error(`cluster ${name}: ${error}`);
  return result;
}
