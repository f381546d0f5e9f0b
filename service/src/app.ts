/** The Express application of the API port: path forms, CORS, access, memos, health, documents, and one place for every error. */
import { randomUUID } from 'node:crypto';
import express from 'express';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import type { Tokens } from './auth/tokens.ts';
import type { HttpConfig } from './config.ts';
import { healthReply } from './health/health.ts';
import type { Health } from './health/health.ts';
import { cors } from './http/cors.ts';
import { errorReply, problemOf } from './http/errors/errors.ts';
import { guard } from './http/guard.ts';
import { limitRest } from './http/input/body.ts';
import { deprecation } from './http/legacy.ts';
import { dispatch } from './http/dispatch.ts';
import { allowOnly } from './http/methods.ts';
import { documentRoutes } from './http/openapi/routes.ts';
import { placeOf } from './http/operations.ts';
import type { Place } from './http/operations.ts';
import { isVersioned, targetOf } from './http/paths.ts';
import { Problem, PROBLEMS } from './http/errors/problem.ts';
import { ClientGone, cut, sendJson } from './http/reply.ts';
import { ClientAddresses } from './limits/client-address.ts';
import type { Limiter } from './limits/limiter.ts';
import { memoHandlers } from './memos/handlers.ts';
import type { MemoHandlersOptions } from './memos/handlers.ts';
import { errorFields } from './observability/log.ts';
import type { Log, LogOutput } from './observability/log.ts';
import type { Metrics } from './observability/metrics.ts';
import { currentTrace, inTrace, traceOf } from './observability/trace.ts';

/** For a reply that a browser is made to open: it may load nothing and stand in no frame. Pages have a policy of their own. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
/** Beyond them a request is refused as a whole: were the others dropped, a write could lose its If-Match. */
const MOST_HEADERS = 200;
/** nginx's status for a request whose client went away before the reply began: it is in the log and the metrics only. */
const CLIENT_CLOSED_REQUEST = 499;

export interface AppOptions {
  readonly http: HttpConfig;
  /** Absent: the memos are open to everyone. */
  readonly tokens?: Tokens;
  /** Absent: requests are not limited. */
  readonly limiter?: Limiter;
  readonly memos: MemoHandlersOptions;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly logRequest: LogOutput['logRequest'];
  /** While the process drains, every reply asks the client to come back on another connection. */
  readonly draining: () => boolean;
}

export function createApp(options: AppOptions): Express {
  const { http, limiter, tokens } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  const steps = [observe(options), checkHeaders, cors(http.allowedOrigins), canonicalPath(http)];
  if (tokens !== undefined || limiter !== undefined) {
    const addresses = new ClientAddresses(http.trustedProxies);
    steps.push(guard({ addresses, ...(tokens && { tokens }), ...(limiter && { limiter }) }));
  }
  app.use(inTurn([...steps, dispatch(memoHandlers(options.memos))]));
  app.route('/health').get(health(options.health)).all(allowOnly('GET, HEAD, OPTIONS'));
  app.use(documentRoutes({ tokens: tokens !== undefined, limited: limiter?.classes ?? new Set() }));
  app.use(() => {
    throw new Problem('path-not-found');
  });
  app.use(answerError(options.log));
  return app;
}

/**
 * Handlers that all requests pass, as one: a router has its work at each of its own, and there is none between here and the
 * memos. An error of any of them goes to the app's.
 */
function inTurn(handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, done) => {
    const pass = (at: number): void => {
      const handler = handlers[at];
      if (handler === undefined) {
        done();
        return;
      }
      const outcome: unknown = handler(request, response, () => pass(at + 1));
      if (outcome instanceof Promise) outcome.catch(done);
    };
    pass(0);
  };
}

function health(source: Health): RequestHandler {
  return async (_request, response) => {
    const { body, headers, status } = healthReply(await source.report());
    sendJson(response, status, body, headers);
  };
}

/** One log line and one measurement a request; the request's id goes back to the client. */
function observe({ draining, http, logRequest, metrics }: AppOptions): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const id = idOf(request);
    const trace = traceOf(request.headers['traceparent']);
    const locals: Express.Locals = response.locals;
    locals.common = {
      'X-Request-Id': id,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': NOTHING,
      ...(draining() && { Connection: 'close' }),
    };
    response.on('close', () => {
      const { method } = request;
      const { cutFor, place, subject } = locals;
      const route = routeOf(request, place);
      const seconds = (performance.now() - started) / 1000;
      const gone = cutFor === undefined && !response.writableFinished;
      const status = cutFor ?? (gone && !response.headersSent ? CLIENT_CLOSED_REQUEST : response.statusCode);
      metrics.request(method, route, status, seconds);
      logRequest({
        'http.request.method': method,
        'http.request.id': id,
        'http.response.status_code': status,
        'http.route': route,
        'event.duration': Math.round(seconds * 1e9),
        'trace.id': trace?.id,
        'user.id': subject,
        ...(gone && { 'event.outcome': 'unknown', 'event.reason': 'client gone' }),
        ...(cutFor !== undefined && { 'event.outcome': 'failure', 'event.reason': 'reply cut' }),
      });
      if (!request.complete && !request.socket.destroyed) {
        limitRest(request, Math.max(0, http.requestTimeoutMs - seconds * 1000));
      }
    });
    if (trace === undefined) next();
    else inTrace(trace, next);
  };
}

/** 431 to too many of them, and 400 where there is no Host (RFC 9112 section 3.2; HTTP/1.0 knows none). */
function checkHeaders(request: Request, _response: Response, next: NextFunction): void {
  if (request.rawHeaders.length > 2 * MOST_HEADERS) {
    // As for what the parser refuses: what is left of the request is not read.
    throw new Problem('headers-too-large', { headers: { Connection: 'close' } });
  }
  if (request.headers.host === undefined && request.httpVersion !== '1.0') throw new Problem('bad-request');
  next();
}

/** The client's own id where it sends a plain one, so that its log and ours can be joined. */
function idOf(request: Request): string {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && /^[\w.-]{1,128}$/.test(sent) ? sent : randomUUID();
}

/** The pattern, never the path: ids must not become labels. */
function routeOf(request: Request, place: Place | undefined): string {
  if (place !== undefined) return place.resource.path;
  const route: unknown = request.route;
  return typeof route === 'object' && route !== null && 'path' in route ? String(route.path) : 'none';
}

/** Every form of a path becomes the one the routes know. */
function canonicalPath({ legacyPaths, legacyPathsSunset }: HttpConfig): RequestHandler {
  const aliases = legacyPaths !== 'Disabled';
  const deprecate = legacyPaths === 'Deprecated' ? deprecation(legacyPathsSunset) : undefined;
  return (request, response, next) => {
    const target = targetOf(request.url, aliases);
    if (target === undefined) throw new Problem('path-not-found');
    if (target.alias) deprecate?.(response, target);
    const locals: Express.Locals = response.locals;
    if (isVersioned(target.path)) {
      locals.memosPath = `${target.prefix}${target.alias ? '' : '/v1'}/memos`;
      locals.place = placeOf(target.path);
    }
    request.url = target.path + target.query;
    next();
  };
}

/** Express takes a handler of four parameters for one of errors. */
function answerError(log: Log) {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- it counts them
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const problem = problemOf(error);
    const ours = !(error instanceof ClientGone);
    const cuts = response.headersSent && !response.writableEnded;
    const locals: Express.Locals = response.locals;
    // A client whose reply is cut is not told why.
    if (ours && (problem.code === 'internal' || cuts)) {
      const id = locals.common?.['X-Request-Id'];
      const trace = currentTrace();
      log.error(
        { ...errorFields(error), 'http.request.id': id, ...(trace && { 'trace.id': trace.id }) },
        'a request failed',
      );
    }
    if (ours && cuts) locals.cutFor = PROBLEMS[problem.code].status;
    if (response.headersSent || response.destroyed) {
      // A client would wait for the rest.
      if (!response.writableEnded) cut(response);
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
