/** What a user wrote, read from the API server's audit log. */
import { readFileSync } from 'node:fs';

interface AuditEvent {
  readonly verb: string;
  readonly stage: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string; readonly name?: string };
}

const writing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Every write of the user but those to its Lease, as `patch configmaps/shop-database`. */
export function writesOf(auditLog: string, username: string): string[] {
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ stage, user, verb, objectRef }) => {
      return (
        stage === 'ResponseComplete' &&
        user.username === username &&
        writing.has(verb) &&
        objectRef?.resource !== 'leases'
      );
    })
    .map(({ verb, objectRef }) => {
      const parts = [objectRef?.resource, objectRef?.subresource, objectRef?.name].filter((part) => part !== undefined);
      return `${verb} ${parts.join('/')}`;
    });
}
