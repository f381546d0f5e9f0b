/** Who may ask for what, and how often: mounted before the memos where tokens are asked for or requests are limited. */
import { createHash } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { covers } from '../auth/roles.ts';
import { roleTooLow } from '../auth/tokens.ts';
import type { Principal, Tokens } from '../auth/tokens.ts';
import { networkOf } from '../limits/client-address.ts';
import type { ClientAddresses } from '../limits/client-address.ts';
import type { Limiter } from '../limits/limiter.ts';
import { OPERATIONS, operationOf } from './operations.ts';
import { Problem } from './errors/problem.ts';
import { addCommon } from './reply.ts';

export interface GuardOptions {
  /** Absent: open to everyone. */
  readonly tokens?: Tokens;
  /** Absent: as often as one likes. */
  readonly limiter?: Limiter;
  readonly addresses: ClientAddresses;
}

/** Probes, health, documents and OPTIONS are for everyone, always. */
export function guard({ addresses, limiter, tokens }: GuardOptions): RequestHandler {
  return async (request, response, next) => {
    const locals: Express.Locals = response.locals;
    if (request.method === 'OPTIONS' || locals.memosPath === undefined) {
      next();
      return;
    }
    const name = locals.place && operationOf(locals.place, request.method);
    const operation = name && OPERATIONS[name];
    const caller = await tokens?.identify(request.headers.authorization);
    // A refused token counts too, under the address: guessing is not free, nor is it where there is no operation.
    if (limiter !== undefined) {
      addCommon(response, await limiter.count(operation?.limit ?? 'read', clientOf(caller, request, addresses)));
    }
    if (caller instanceof Problem) throw caller;
    if (operation !== undefined && caller !== undefined && !covers(caller.role, operation.role)) {
      throw roleTooLow(operation.role);
    }
    if (caller?.subject !== undefined) locals.subject = caller.subject;
    if (caller !== undefined) locals.tokenUntil = caller.until;
    next();
  };
}

/** A subject is hashed: it may be an address of mail, and of any length. */
function clientOf(caller: Principal | Problem | undefined, request: Request, addresses: ClientAddresses): string {
  if (caller === undefined || caller instanceof Problem || caller.subject === undefined) {
    return `address:${networkOf(addresses.of(request.socket.remoteAddress, request.headers['x-forwarded-for']))}`;
  }
  return `subject:${createHash('sha256').update(caller.subject).digest('base64url')}`;
}
