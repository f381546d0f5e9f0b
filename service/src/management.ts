/** The management port, which no route leads to: probes, metrics, health. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { healthStatus } from './health/health.ts';
import type { Health } from './health/health.ts';
import { sendJson } from './http/reply.ts';
import type { Metrics } from './observability/metrics.ts';

export interface ManagementOptions {
  readonly health: Health;
  readonly metrics: Metrics;
  /** Why the pod should get no requests; undefined: it should. A database that is away is no reason. */
  readonly notReady: () => string | undefined;
}

export function managementServer({ health, metrics, notReady }: ManagementOptions): Server {
  const answer = async (path: string): Promise<readonly [status: number, body: string, type?: string]> => {
    switch (path) {
      case '/livez':
        return [200, '{"status":"ok"}'];
      case '/readyz': {
        const reason = notReady();
        return reason === undefined ? [200, '{"status":"ok"}'] : [503, JSON.stringify({ detail: reason })];
      }
      case '/health': {
        const report = await health.report();
        return [healthStatus(report), JSON.stringify(report)];
      }
      case '/metrics':
        return [200, await metrics.registry.metrics(), metrics.registry.contentType];
      default:
        return [404, '{"detail":"there are /livez, /readyz, /health and /metrics"}'];
    }
  };
  return createServer((request, response) => {
    // A trailing slash or none, as on the API port.
    answer((request.url ?? '').replace(/\/?(?:\?.*)?$/s, '')).then(
      ([status, body, type]) => sendJson(response, status, Buffer.from(body), {}, type),
      (error: unknown) => sendJson(response, 500, Buffer.from(JSON.stringify({ detail: String(error) }))),
    );
  });
}
