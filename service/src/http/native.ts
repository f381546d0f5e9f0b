/** Requests and responses that are born as Express's own, so that it need not change their prototype at every request. */
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

export interface NativeClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse<IncomingMessage>;
}

/**
 * Classes for `createServer`. Express calls `Object.setPrototypeOf` on both objects of every request, which V8 pays for
 * with every later property access (expressjs/express#5998, nodejs/node#37457). When the objects already have that prototype the call does
 * nothing. An app that is started another way works as always, only slower.
 */
export function nativeClasses(app: Express): NativeClasses {
  // Declared here: each app has its own prototypes, for they carry the app.
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {}
  adopt(app, Request.prototype, 'request');
  adopt(app, Response.prototype, 'response');
  return { IncomingMessage: Request, ServerResponse: Response };
}

function adopt(app: Express, prototype: object, member: 'request' | 'response'): void {
  // What Express adds stands on the second level: app.request is made from express.request, which holds the methods.
  const methods: unknown = Object.getPrototypeOf(app[member]);
  if (typeof methods === 'object' && methods !== null) {
    Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(methods));
  }
  Object.defineProperty(prototype, 'app', { value: app, configurable: true, enumerable: true, writable: true });
  Object.defineProperty(app, member, { value: prototype, configurable: true, enumerable: true, writable: true });
}
