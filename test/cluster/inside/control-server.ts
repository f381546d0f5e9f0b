/** Takes orders for one cluster over a socket in its folder: only who may read that folder may give them. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';

/** What an order needs to know; each uses its own part. */
export interface OrderBody {
  readonly process?: string;
  readonly archives?: readonly string[];
  readonly user?: string;
  readonly groups?: readonly string[];
}

export type OrderName = 'load' | 'pause' | 'resume' | 'kill' | 'restart' | 'kubeconfig-for' | 'status';

/** How each order is carried out; what it returns is the answer. */
export type Orders = Readonly<Record<OrderName, (body: Required<OrderBody>) => unknown>>;

/** Answers `POST /ORDER` with JSON: 200 with `{result}`, or 500 with `{error}`. */
export async function serveOrders(socket: string, orders: Orders): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    void carryOut(incoming, orders).then(
      (result) => outgoing.end(JSON.stringify({ result: result ?? null })),
      (error: unknown) => {
        outgoing.statusCode = 500;
        outgoing.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
}

async function carryOut(incoming: IncomingMessage, orders: Orders): Promise<unknown> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
  const given = (text === '' ? {} : JSON.parse(text)) as OrderBody;
  const name = (incoming.url ?? '').slice(1);
  if (!(name in orders)) throw new Error(`no order is called ${name}`);
  return await orders[name as OrderName]({ process: '', archives: [], user: '', groups: [], ...given });
}
