/** The operations on memos, and what each asks of a client: the one table behind roles, rate limits and the API's document. */
import type { Router } from 'express';

/** Each may do what the one before it may, and more. */
export const ROLES = ['reader', 'writer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Requests are counted by class. */
export const LIMIT_CLASSES = ['read', 'write', 'search'] as const;
export type LimitClass = (typeof LIMIT_CLASSES)[number];

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The canonical path, with parameters as OpenAPI writes them. */
  readonly path: `/v1/memos/${string}`;
  /** The least role that may do it, where tokens are asked for. */
  readonly role: Role;
  readonly limit: LimitClass;
}

export const OPERATIONS = {
  listMemos: { method: 'GET', path: '/v1/memos/', role: 'reader', limit: 'read' },
  searchMemos: { method: 'GET', path: '/v1/memos/search/', role: 'reader', limit: 'search' },
  readMemo: { method: 'GET', path: '/v1/memos/{memo_id}', role: 'reader', limit: 'read' },
  createMemo: { method: 'POST', path: '/v1/memos/', role: 'writer', limit: 'write' },
  updateMemo: { method: 'PUT', path: '/v1/memos/{memo_id}', role: 'writer', limit: 'write' },
  patchMemo: { method: 'PATCH', path: '/v1/memos/{memo_id}', role: 'writer', limit: 'write' },
  deleteMemo: { method: 'DELETE', path: '/v1/memos/{memo_id}', role: 'writer', limit: 'write' },
  listTrash: { method: 'GET', path: '/v1/memos/trash/', role: 'reader', limit: 'read' },
  restoreMemo: { method: 'POST', path: '/v1/memos/{memo_id}/restore/', role: 'writer', limit: 'write' },
  exportMemos: { method: 'GET', path: '/v1/memos/export/', role: 'admin', limit: 'read' },
  importMemos: { method: 'POST', path: '/v1/memos/import/', role: 'admin', limit: 'write' },
  streamChanges: { method: 'GET', path: '/v1/memos/changes/', role: 'reader', limit: 'read' },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;

/** As the router knows them. */
const PATHS = new Set<string>();
const BY_TARGET = new Map<string, Operation>();
for (const operation of Object.values(OPERATIONS)) {
  const path = operation.path.slice('/v1'.length).replace(/\/$/, '');
  PATHS.add(path);
  BY_TARGET.set(`${operation.method} ${path}`, operation);
}

/**
 * The operation that a request asks for. HEAD counts as GET. Undefined: none, so that the answer will be 404 or 405.
 * @param path as the router knows it: `/memos`, `/memos/12`; without a query and without a slash at its end
 */
export function operationOf(method: string, path: string): Operation | undefined {
  const verb = method === 'HEAD' ? 'GET' : method;
  // As in the router, the name of a collection is no id.
  const known = PATHS.has(path) ? path : path.replace(/^\/memos\/[^/]+/, '/memos/{memo_id}');
  return BY_TARGET.get(`${verb} ${known}`);
}

/**
 * The router, once it is sure that each of its routes is an operation of the table: what is not there would be open to
 * any role, unlimited and undocumented.
 * @throws Error naming the route
 */
export function onlyOperations(router: Router): Router {
  for (const { route } of router.stack) {
    if (route === undefined) continue;
    const path = route.path.replace(/:\w+/, '{memo_id}');
    for (const { method } of route.stack) {
      // The last handler of a path takes all methods, to refuse them.
      if (typeof method !== 'string') continue;
      if (operationOf(method.toUpperCase(), path) === undefined) {
        throw new Error(`${method.toUpperCase()} ${route.path} is not among OPERATIONS`);
      }
    }
  }
  return router;
}
