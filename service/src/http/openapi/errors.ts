/** The error replies of an operation, in both shapes, made from the table of problems. */
import type { ResponseConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { PROBLEMS } from '../errors/problem.ts';
import type { ProblemCode } from '../errors/problem.ts';
import { headerReferences } from './headers.ts';
import type { HeaderName } from './headers.ts';

const plainError = z.object({ detail: z.string() }).meta({ id: 'Error', description: 'What to do about it.' });

const invalidError = z
  .object({
    detail: z.array(
      z.object({
        loc: z.array(z.union([z.string(), z.int()])).min(1),
        msg: z.string(),
        type: z.string(),
      }),
    ),
  })
  .meta({ id: 'ValidationError', description: 'One entry a fault; `loc` starts with body, query or path.' });

const problemDetails = z
  .object({
    type: z.enum(Object.keys(PROBLEMS).map((code) => `urn:memo:problem:${code}`)),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string(), code: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, for those who send `Accept: application/problem+json`.' });

/** Headers that belong to a status. */
const STATUS_HEADERS: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  409: ['Retry-After'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** @param common headers that every reply of the operation has */
export function errorResponses(
  codes: readonly ProblemCode[],
  common: readonly HeaderName[],
): Record<number, ResponseConfig> {
  const statuses = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...statuses].map(([status, group]) => [
      status,
      {
        description: group.map((code) => PROBLEMS[code].title).join(' · '),
        headers: headerReferences([...common, 'Content-Language', ...(STATUS_HEADERS[status] ?? [])]),
        content: {
          'application/json': { schema: status === PROBLEMS.invalid.status ? invalidError : plainError },
          'application/problem+json': { schema: problemDetails },
        },
      },
    ]),
  );
}
