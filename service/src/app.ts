/** The Express application of the API port: path forms, CORS, memos, health, and one place for every error. */
import { randomUUID } from 'node:crypto';
import express from 'express';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import type { HttpConfig } from './config.ts';
import { healthStatus } from './health/health.ts';
import type { Health } from './health/health.ts';
import { cors } from './http/cors.ts';
import { errorReply, problemOf } from './http/errors.ts';
import { allowOnly } from './http/methods.ts';
import { targetOf } from './http/paths.ts';
import { Problem } from './http/problem.ts';
import { ClientGone, sendJson } from './http/reply.ts';
import { memoRoutes } from './memos/routes.ts';
import type { MemoRoutesOptions } from './memos/routes.ts';
import { errorFields } from './observability/log.ts';
import type { Log } from './observability/log.ts';
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
  app.use(requireHost);
  app.use(cors(options.http.allowedOrigins));
  app.use(canonicalPath(options.http.legacyPaths));
  app.use(memoRoutes(options.memos));
  app.route('/health').get(health(options.health)).all(allowOnly('GET, HEAD, OPTIONS'));
  app.use(() => {
    throw new Problem('path-not-found');
  });
  app.use(answerError(options.log));
  return app;
}

function health(source: Health): RequestHandler {
  return async (_request, response) => {
    const report = await source.report();
    sendJson(response, healthStatus(report), Buffer.from(JSON.stringify(report)), { 'Cache-Control': 'no-store' });
  };
}

/** One log line and one measurement a request; the request's id goes back to the client. */
function observe({ draining, log, metrics }: AppOptions): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const id = idOf(request);
    response.setHeader('X-Request-Id', id);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (draining()) response.setHeader('Connection', 'close');
    response.once('close', () => {
      const { method } = request;
      const route = routeOf(request);
      const seconds = (performance.now() - started) / 1000;
      metrics.request(method, route, response.statusCode, seconds);
      log.info(
        {
          'http.request.method': method,
          'http.request.id': id,
          'http.response.status_code': response.statusCode,
          'http.route': route,
          'event.duration': Math.round(seconds * 1e9),
          ...(response.writableFinished ? {} : { 'event.outcome': 'client gone' }),
        },
        'request',
      );
    });
    next();
  };
}

/** RFC 9112 section 3.2: 400 without it; HTTP/1.0 knows none. */
function requireHost(request: Request, _response: Response, next: NextFunction): void {
  if (request.headers.host === undefined && request.httpVersion !== '1.0') throw new Problem('bad-request');
  next();
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
function canonicalPath(aliases: boolean): RequestHandler {
  return (request, response, next) => {
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
    const problem = problemOf(error);
    if (problem.code === 'internal' && !(error instanceof ClientGone)) {
      const id = response.getHeader('X-Request-Id');
      log.error({ ...errorFields(error), 'http.request.id': id }, 'a request failed');
    }
    if (response.headersSent || response.destroyed) {
      // Express's last handler cuts the connection of a reply that has begun, and writes nothing.
      next();
      return;
    }
    const { body, contentType, headers, status } = errorReply(problem, request.headers, pathOf(request.originalUrl));
    sendJson(response, status, body, headers, contentType);
  };
}

/** Without the query, which may hold the text of a search. */
function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
