/** Requests on memos, to what does them: by one look into the table of operations, whichever it is. */
import type { Request, RequestHandler, Response } from 'express';
import { MERGE_PATCH_ACCEPTED } from './input/body.ts';
import { allowOnly } from './methods.ts';
import { operationOf } from './operations.ts';
import type { OperationName } from './operations.ts';

/** @param id of the memo as its path names it, whatever that says; empty where it names none */
export type OperationHandler = (request: Request, response: Response, id: string) => Promise<void>;

/** @throws URIError what stands in the place of the id is no percent-encoding */
export function dispatch(handlers: Readonly<Record<OperationName, OperationHandler>>): RequestHandler {
  return async (request, response, next) => {
    const { place }: Express.Locals = response.locals;
    if (place === undefined) {
      next();
      return;
    }
    const name = operationOf(place, request.method);
    if (name !== undefined) {
      await handlers[name](request, response, place.id.includes('%') ? decodeURIComponent(place.id) : place.id);
      return;
    }
    const { methods, operations } = place.resource;
    allowOnly(methods, operations.has('PATCH') ? MERGE_PATCH_ACCEPTED : {})(request, response, next);
  };
}
