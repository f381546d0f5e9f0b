/** Which pods are not the ones that they were, what that comes from, and whether it was announced. */
import type { Announcement } from './announcements.ts';
import { changes } from './changes.ts';
import type { Workload } from './holding.ts';

export interface Replaced {
  readonly workload: Workload;
  /** What has become of it, a line each. */
  readonly how: readonly string[];
}

/**
 * The workloads whose pods are others, more or fewer, or are about to be. What had no pod, or was not there, lost nothing.
 */
export function replaced(before: readonly Workload[], after: readonly Workload[]): Replaced[] {
  return before
    .filter(({ pods }) => pods.length > 0)
    .flatMap((workload) => {
      const now = after.find(({ kind, name }) => kind === workload.kind && name === workload.name);
      if (!now) return [{ workload, how: ['is gone'] }];
      const kept = workload.pods.filter((uid) => now.pods.includes(uid));
      const isSame = kept.length === workload.pods.length && kept.length === now.pods.length;
      const template = changes(workload.source.template, now.source.template);
      if (isSame && template.length === 0) return [];
      const how = changes(workload.source, now.source);
      return [{ workload, how: how.length > 0 ? how : ['has other pods, of the same template'] }];
    });
}

/** The names under which a row may announce it, the widest first. */
export function announcedAs({ part, source: { replicas = 1 } }: Workload): string[] {
  if (part === 'events') return [part, `${part} (${replicas > 1 ? 'several brokers' : 'one broker'})`];
  if (part === 'zookeeper') return [part, `${part} (${replicas > 1 ? 'several servers' : 'one server'})`];
  return [part];
}

export function unannounced(found: readonly Replaced[], rows: readonly Announcement[]): Replaced[] {
  const parts = new Set(rows.map(({ part }) => part));
  return found.filter(({ workload }) => announcedAs(workload).every((name) => !parts.has(name)));
}

/** For whoever has made the change. */
export function verdict(found: readonly Replaced[], since: string): string {
  const parts = [...new Set(found.map(({ workload }) => announcedAs(workload).at(-1) ?? ''))].toSorted();
  // Most changes are the same in every app.
  const alike = Object.groupBy(found, ({ workload: { kind }, how }) => [kind, ...how].join('\n'));
  return [
    `an upgrade of the operator changes pods of ${parts.join(', ')}, and no new row of docs/upgrades.md says so`,
    ...Object.values(alike).flatMap((group = []) => [
      `  ${group.map(({ workload: { kind, name } }) => `${kind} ${name}`).join(', ')}`,
      ...(group[0]?.how ?? []).map((line) => `    ${line}`),
    ]),
    `Compared with ${since}.`,
    'Undo what does it, or tell the admins, in the same commit, by rows of the table there:',
    ...parts.map((part) => `  | ${part} | the release that brings it | why it is worth a restart |`),
    'A row that was there before does not count: it is about an earlier change.',
  ].join('\n');
}
