/** The management port, which no route leads to: probes, metrics, health. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { healthReply } from './health/health.ts';
import type { Health } from './health/health.ts';
import { errorReply, problemOf } from './http/errors/errors.ts';
import { Problem } from './http/errors/problem.ts';
import { sendJson } from './http/reply.ts';
import { errorFields } from './observability/log.ts';
import type { Log } from './observability/log.ts';
import type { Metrics } from './observability/metrics.ts';

export interface ManagementOptions {
  readonly health: Pick<Health, 'report'>;
  readonly metrics: Pick<Metrics, 'registry'>;
  /** Why the pod should get no requests; undefined: it should. A database that is away is no reason. */
  readonly notReady: () => string | undefined;
  readonly log: Log;
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
}

export function managementServer({ health, log, metrics, notReady }: ManagementOptions): Server {
  const answers = new Map<string, () => Answer | Promise<Answer>>([
    ['/livez', () => json(200, { status: 'ok' })],
    [
      '/readyz',
      () => {
        const detail = notReady();
        return detail === undefined ? json(200, { status: 'ok' }) : json(503, { detail });
      },
    ],
    ['/health', async () => healthReply(await health.report())],
    [
      '/metrics',
      async () => {
        const { registry } = metrics;
        return { status: 200, body: Buffer.from(await registry.metrics()), contentType: registry.contentType };
      },
    ],
  ]);
  const answer = async (method: string | undefined, path: string): Promise<Answer> => {
    const known = answers.get(path);
    if (known === undefined) return json(404, { detail: `there are ${[...answers.keys()].join(', ')}` });
    if (method === 'GET' || method === 'HEAD') return await known();
    throw new Problem('method-not-allowed', { headers: { Allow: 'GET, HEAD' } });
  };
  return createServer((request, response) => {
    const path = pathOf(request);
    void answer(request.method, path)
      .catch((error: unknown) => {
        const problem = problemOf(error);
        if (problem.code === 'internal') log.error({ ...errorFields(error), 'url.path': path }, 'a request failed');
        return errorReply(problem, request.headers, path);
      })
      .then(({ body, contentType, headers, status }) => sendJson(response, status, body, headers, contentType));
  });
}

/** A trailing slash or none, as on the API port. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/\/?(?:\?.*)?$/s, '');
}

function json(status: number, body: object): Answer {
  return { status, body: Buffer.from(JSON.stringify(body)) };
}
