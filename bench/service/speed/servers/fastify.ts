/** Fastify doing what the service does for a cached memo: the same read, log line, histogram and headers. */
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { Histogram } from 'prom-client';

const redis = new Redis(process.env['REDIS_URL'] ?? '', { enableAutoPipelining: true });
const log = pino(pino.destination({ dest: 1, sync: false, minLength: 32_768, maxWrite: 65_536 }));
const seconds = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Duration of requests.',
  labelNames: ['method', 'route', 'status'],
});
const app = fastify({ genReqId: () => randomUUID() });

app.addHook('onRequest', (request, reply, done) => {
  void reply.headers({
    'X-Request-Id': request.id,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Access-Control-Allow-Origin': '*',
  });
  done();
});
app.addHook('onResponse', (request, reply, done) => {
  const duration = reply.elapsedTime / 1000;
  const labels = { method: request.method, route: request.routeOptions.url, status: reply.statusCode };
  seconds.observe(labels as Record<string, string | number>, duration);
  log.info({ 'http.request.id': request.id, ...labels, 'event.duration': Math.round(duration * 1e9) }, 'request');
  done();
});
app.get<{ Params: { id: string } }>('/v1/memos/:id', async (request, reply) => {
  const { id } = request.params;
  const [body, state] = await redis.mgetBuffer(`memo:${id}`, `memo-state:${id}`);
  if (!body || !state) return await reply.code(404).send({ detail: 'Memo not found' });
  const version = /^V(\d+):/.exec(state.toString('latin1'))?.[1] ?? '0';
  return await reply.type('application/json').header('ETag', `"${id}-${version}"`).send(body);
});
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
