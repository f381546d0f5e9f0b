/** What a path does not take. */
import type { RequestHandler } from 'express';
import { Problem } from './errors/problem.ts';
import { startReply } from './reply.ts';

/** The last handler of a path: 204 for OPTIONS, 405 for what it does not know. Both say what it does. */
export function allowOnly(methods: string, more: Readonly<Record<string, string>> = {}): RequestHandler {
  return (request, response) => {
    if (request.method !== 'OPTIONS') throw new Problem('method-not-allowed', { headers: { Allow: methods } });
    startReply(response, 204, { Allow: methods, ...more }).end();
  };
}
