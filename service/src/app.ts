/** The Express application of the API port: path forms, CORS, memos, health, and one place for every error. */
import { randomUUID } from 'node:crypto';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import type { HttpConfig } from './config.ts';
import type { Health } from './health/health.ts';
import { cors } from './http/cors.ts';
import { errorReply, problemOf } from './http/errors.ts';
import { targetOf } from './http/paths.ts';
import { Problem } from './http/problem.ts';
import { sendJson } from './http/reply.ts';
import { allowOnly, memoRoutes, type MemoRoutesOptions } from './memos/routes.ts';
import { errorFields, type Log } from './observability/log.ts';
import type { Metrics } from './observability/metrics.ts';

export interface AppOptions {
  readonly http: HttpConfig;
  readonly memos: MemoRoutesOptions;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  /** While the process drains, every reply asks the client to come back on another connection. */
  readonly draining: () => boolean;
}

export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.use(observe(options));
  app.use(cors(options.http.allowedOrigins));
  app.use(canonicalPath(options.http.legacyPaths));
  app
    .route('/health')
    .get((_request, response) => sendHealth(options.health, response))
    .all(allowOnly('GET, HEAD, OPTIONS'));
  app.use(memoRoutes(options.memos));
  app.use(() => {
    throw new Problem('path-not-found');
  });
  app.use(answerError(options.log));
  return app;
}

/** 503 when the database is down; degraded is 200. */
export async function sendHealth(health: Health, response: Response): Promise<void> {
  const report = await health.report();
  const body = Buffer.from(JSON.stringify(report));
  sendJson(response, report.status === 'unhealthy' ? 503 : 200, body, { 'Cache-Control': 'no-store' });
}

/** One log line and one measurement a request; the request's id goes back to the client. */
function observe({ draining, log, metrics }: AppOptions) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now();
    const { method } = request;
    const id = idOf(request);
    response.setHeader('X-Request-Id', id);
    if (draining()) response.setHeader('Connection', 'close');
    response.once('close', () => {
      const seconds = (performance.now() - started) / 1000;
      const route = routeOf(request);
      metrics.request(method, route, response.statusCode, seconds);
      log.info(
        {
          'http.request.method': method,
          'http.request.id': id,
          'http.response.status_code': response.statusCode,
          'http.route': route,
          'event.duration': Math.round(seconds * 1e9),
        },
        'request',
      );
    });
    next();
  };
}

/** The client's own id where it sends a plain one, so that its log and ours can be joined. */
function idOf(request: Request): string {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && /^[\w.-]{1,128}$/.test(sent) ? sent : randomUUID();
}

/** The pattern, never the path: ids must not become labels. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  return typeof route === 'object' && route !== null && 'path' in route ? String(route.path) : 'none';
}

/** Every form of a path becomes the one the routes know. */
function canonicalPath(aliases: boolean) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const target = targetOf(request.url, aliases);
    if (target === undefined) throw new Problem('path-not-found');
    response.locals['memosPath'] = `${target.prefix}${target.alias ? '' : '/v1'}/memos`;
    request.url = target.path + target.query;
    next();
  };
}

/** Express takes a handler of four parameters for one of errors. */
function answerError(log: Log) {
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.writableEnded) {
      next();
      return;
    }
    const problem = problemOf(error);
    if (problem.code === 'internal') log.error(errorFields(error), 'a request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { body, contentType, headers, status } = errorReply(problem, request.headers, request.originalUrl);
    sendJson(response, status, body, headers, contentType);
  };
}
