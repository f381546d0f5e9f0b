/** The document of the API (OpenAPI 3.1), made from the schemas that the requests are checked by. */
import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { z } from 'zod';
import { healthReport } from '../../health/health.ts';
import { DESCRIPTIONS } from '../../memos/documentation.ts';
import type { OperationDescription } from '../../memos/documentation.ts';
import { OPERATIONS } from '../operations.ts';
import type { LimitClass, Operation, OperationName } from '../operations.ts';
import type { ProblemCode } from '../errors/problem.ts';
import { errorResponses } from './errors.ts';
import { HEADERS, headerReferences } from './headers.ts';
import type { HeaderName } from './headers.ts';

/** What of the configuration a client sees. */
export interface DocumentOptions {
  /** Tokens are asked for. */
  readonly tokens: boolean;
  readonly limited: ReadonlySet<LimitClass>;
  /** The form of path under which the document was asked for: the first server of its list. */
  readonly prefix: '' | '/api';
}

const ABOUT = `Memos: create, find, change and delete them.

- Every path is answered with a slash at its end and without, and again under \`/api\`. HEAD is answered as GET; OPTIONS says what a
  path takes, and so does a 405.
- Errors are \`{"detail": …}\`; who sends \`Accept: application/problem+json\` gets RFC 9457. Messages are Korean or English by
  \`Accept-Language\`.
- A \`traceparent\` (W3C Trace Context) is kept in the logs and with the events of a change.`;

const SCHEME = 'token';
const JSON_TYPE = 'application/json';
/** What any request may meet before an operation sees it, and while it waits for the stores. */
const ANY: readonly ProblemCode[] = ['bad-request', 'request-timeout', 'headers-too-large', 'internal', 'unavailable'];

export function openApiDocument(options: DocumentOptions): OpenAPIObject {
  const registry = new OpenAPIRegistry();
  for (const [name, header] of Object.entries(HEADERS)) registry.registerComponent('headers', name, header);
  if (options.tokens) {
    registry.registerComponent('securitySchemes', SCHEME, {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token with one of the roles `reader`, `writer`, `admin`.',
    });
  }
  for (const name of operationNames()) registry.registerPath(memoPath(name, options));
  for (const path of openPaths()) registry.registerPath(path);
  const [here, there] = options.prefix === '/api' ? ['/api', '/'] : ['/', '/api'];
  return new OpenApiGeneratorV31(registry.definitions, { sortComponents: 'alphabetically' }).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Memo API',
      version: 'v1',
      description: ABOUT,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: here }, { url: there }],
    tags: [
      { name: 'memos', description: 'The memos.' },
      { name: 'service', description: 'The service itself.' },
    ],
  });
}

function operationNames(): OperationName[] {
  return Object.keys(OPERATIONS) as OperationName[];
}

function memoPath(name: OperationName, { limited, tokens }: DocumentOptions): RouteConfig {
  const operation: Operation = OPERATIONS[name];
  const description = DESCRIPTIONS[name];
  const counted = limited.has(operation.limit);
  const common: HeaderName[] = [
    'X-Request-Id',
    ...(description.headers ?? []),
    ...(counted ? (['RateLimit', 'RateLimit-Policy'] as const) : []),
  ];
  const problems: ProblemCode[] = [
    ...description.problems,
    ...(tokens ? (['unauthorized', 'invalid-token', 'forbidden'] as const) : []),
    ...(counted ? (['quota-exceeded'] as const) : []),
    ...ANY,
  ];
  return {
    operationId: name,
    method: methodOf(operation),
    path: operation.path,
    tags: ['memos'],
    summary: description.summary,
    ...descriptionOf(description, tokens ? operation : undefined),
    security: tokens ? [{ [SCHEME]: [operation.role] }] : [],
    ...requestOf(description),
    responses: { ...successResponses(description, common), ...errorResponses(problems, common) },
  };
}

/** The word of OpenAPI for a method. */
function methodOf({ method }: Operation): RouteConfig['method'] {
  return method.toLowerCase() as RouteConfig['method'];
}

function descriptionOf({ description }: OperationDescription, restricted?: Operation): { description?: string } {
  const parts = [description, restricted && `For the role \`${restricted.role}\` and above.`];
  const text = parts.filter((part) => part !== undefined).join(' ');
  return text === '' ? {} : { description: text };
}

function requestOf({
  body,
  bodyOptional = false,
  bodyTypes = [JSON_TYPE],
  parameters = {},
}: OperationDescription): Pick<RouteConfig, 'request'> {
  const { header, path, query } = parameters;
  return {
    request: {
      ...(path && { params: path }),
      ...(query && { query }),
      ...(header && { headers: header }),
      ...(body && {
        body: {
          required: !bodyOptional,
          content: Object.fromEntries(bodyTypes.map((type) => [type, { schema: body }])),
        },
      }),
    },
  };
}

function successResponses(
  { successes }: OperationDescription,
  common: readonly HeaderName[],
): RouteConfig['responses'] {
  return Object.fromEntries(
    successes.map(({ description, headers = [], schema, status, type = JSON_TYPE }) => [
      status,
      {
        description,
        headers: headerReferences([...common, ...headers]),
        ...(schema && { content: { [type]: { schema } } }),
      },
    ]),
  );
}

/** What is open to everyone, always. */
function openPaths(): RouteConfig[] {
  const health = { content: { 'application/json': { schema: healthReport } } };
  const common = headerReferences(['X-Request-Id', 'Cache-Control']);
  const away = headerReferences(['X-Request-Id', 'Cache-Control', 'Retry-After']);
  const open: Pick<RouteConfig, 'method' | 'tags' | 'security'> = { method: 'get', tags: ['service'], security: [] };
  return [
    {
      ...open,
      operationId: 'health',
      path: '/health',
      summary: 'The state of the service and its stores',
      responses: {
        200: { description: 'Healthy, or degraded: Redis or Kafka is away.', headers: common, ...health },
        503: { description: 'Unhealthy: the database is away.', headers: away, ...health },
      },
    },
    {
      ...open,
      operationId: 'document',
      path: '/openapi.json',
      summary: 'This document',
      responses: {
        200: {
          description: 'OpenAPI 3.1.',
          headers: common,
          content: { 'application/json': { schema: z.looseObject({ openapi: z.string() }) } },
        },
      },
    },
    {
      ...open,
      operationId: 'docs',
      path: '/docs',
      summary: 'This document as a page',
      responses: {
        200: { description: 'A page.', headers: common, content: { 'text/html': { schema: z.string() } } },
      },
    },
  ];
}
