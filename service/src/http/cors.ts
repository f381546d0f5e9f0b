/** Cross-origin requests (Fetch standard, section 3.2), without credentials, as the original allowed them. */
import type { RequestHandler } from 'express';
import { addCommon, startReply } from './reply.ts';

const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';

/** What a page may read beside what it always may. */
const EXPOSED =
  'Deprecation, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, WWW-Authenticate, X-Request-Id';

/** @param allowed origins, or `*` for any */
export function cors(allowed: readonly string[]): RequestHandler {
  const any = allowed.includes('*');
  return (request, response, next) => {
    const { origin } = request.headers;
    if (!any) addCommon(response, { Vary: 'Origin' });
    if (origin === undefined || !(any || allowed.includes(origin))) {
      next();
      return;
    }
    addCommon(response, {
      'Access-Control-Allow-Origin': any ? '*' : origin,
      'Access-Control-Expose-Headers': EXPOSED,
    });
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      next();
      return;
    }
    const headers = request.headers['access-control-request-headers'];
    startReply(response, 204, {
      'Access-Control-Allow-Methods': METHODS,
      ...(headers !== undefined && { 'Access-Control-Allow-Headers': headers }),
      'Access-Control-Max-Age': '600',
    }).end();
  };
}
