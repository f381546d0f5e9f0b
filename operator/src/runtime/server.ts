/** `/livez`, `/readyz` and `/metrics` on one port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RuntimeMetrics } from './metrics.ts';

/** A name for the answer's text, and whether all is well. */
export type Check = readonly [name: string, ok: () => boolean];

export interface ServeOptions {
  /** 0: any free port. */
  port: number;
  live: readonly Check[];
  ready: readonly Check[];
  metrics: RuntimeMetrics;
}

export interface HealthServer {
  readonly port: number;
  /** `/readyz` answers 503 from now on. */
  drain(): void;
  close(): Promise<void>;
}

/** Rejects when the port cannot be had. */
export async function serve({ port, live, ready, metrics }: ServeOptions): Promise<HealthServer> {
  let draining = false;
  const server = createServer((request, response) => {
    const answer = (code: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(code, { 'content-type': type }).end(body);
    };
    const path = request.url?.split('?')[0];
    if (path === '/livez') answer(...checked(live));
    else if (path === '/readyz') answer(...(draining ? refused : checked(ready)));
    else if (path === '/metrics') {
      metrics.registry.metrics().then(
        (text) => answer(200, text, metrics.registry.contentType),
        (error: unknown) => answer(500, `${String(error)}\n`),
      );
    } else answer(404, 'there are /livez, /readyz and /metrics\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    drain: () => {
      draining = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const refused: [code: number, body: string] = [503, 'draining\n'];

function checked(checks: readonly Check[]): [code: number, body: string] {
  const failed = checks.filter(([, ok]) => !ok()).map(([name]) => name);
  return failed.length === 0 ? [200, 'ok\n'] : [503, `not ok: ${failed.join(', ')}\n`];
}
