/** What a user asked of the API server and wrote there, read from its audit log. */
import { readFileSync } from 'node:fs';

export interface Request {
  /** The same in every stage of one request. */
  readonly auditID: string;
  readonly verb: string;
  readonly stage: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** The verbs of requests that write. */
export const writing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Every request of the user, a watch also while it runs. */
export function requestsOf(auditLog: string, username: string): Request[] {
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Request)
    .filter(({ user }) => user.username === username);
}

/** Every write of the user but those to its Lease, as `patch configmaps/shop-database`. */
export function writesOf(auditLog: string, username: string): string[] {
  return requestsOf(auditLog, username)
    .filter(
      ({ stage, verb, objectRef }) =>
        stage === 'ResponseComplete' && writing.has(verb) && objectRef?.resource !== 'leases',
    )
    .map(({ verb, objectRef }) => {
      const parts = [objectRef?.resource, objectRef?.subresource, objectRef?.name].filter((part) => part !== undefined);
      return `${verb} ${parts.join('/')}`;
    });
}
