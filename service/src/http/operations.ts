/** The operations on memos, and what each asks of a client: the one table behind roles, rate limits and the API's document. */

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

/** A path of the memos, and what it takes. */
export interface Resource {
  /** As a target says it, a parameter as OpenAPI writes it: `/memos/{memo_id}`. */
  readonly path: string;
  /** By method. */
  readonly operations: ReadonlyMap<string, OperationName>;
  /** For `Allow`. */
  readonly methods: string;
}

/** A resource as a request names it. */
export interface Place {
  readonly resource: Resource;
  /** As it stands in the path, percent-encoded if the client likes; empty where the resource has none. */
  readonly id: string;
}

const MEMOS = '/memos/';
const MEMO_PATH = '/memos/{memo_id}';
const resources = resourcesOf(Object.entries(OPERATIONS) as [OperationName, Operation][]);
const MEMO = resources.get(MEMO_PATH);

function resourcesOf(operations: readonly (readonly [OperationName, Operation])[]): ReadonlyMap<string, Resource> {
  const byPath = Map.groupBy(operations, ([, { path }]) => path.slice('/v1'.length).replace(/\/$/, ''));
  return new Map(
    [...byPath].map(([path, found]) => {
      const byMethod = new Map(found.map(([name, { method }]) => [method as string, name]));
      const methods = ['OPTIONS', ...(byMethod.has('GET') ? ['HEAD'] : []), ...byMethod.keys()].toSorted().join(', ');
      return [path, { path, operations: byMethod, methods }];
    }),
  );
}

/**
 * What stands at a path; the name of a collection is no id. Undefined: nothing of the memos.
 * @param path `/memos`, `/memos/12`; without a version, a query and a slash at its end
 */
export function placeOf(path: string): Place | undefined {
  const named = resources.get(path);
  if (named !== undefined) return { resource: named, id: '' };
  if (!path.startsWith(MEMOS)) return undefined;
  const end = path.indexOf('/', MEMOS.length);
  const id = end < 0 ? path.slice(MEMOS.length) : path.slice(MEMOS.length, end);
  const resource = end < 0 ? MEMO : resources.get(MEMO_PATH + path.slice(end));
  return id === '' || resource === undefined ? undefined : { resource, id };
}

/** The operation that a method asks for there. HEAD counts as GET. Undefined: none, so that the answer will be 405. */
export function operationOf({ resource }: Place, method: string): OperationName | undefined {
  return resource.operations.get(method === 'HEAD' ? 'GET' : method);
}
