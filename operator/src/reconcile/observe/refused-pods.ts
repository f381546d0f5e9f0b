/** Why a StatefulSet or a Job has no pods: their controllers say so in Events alone. Those are asked for only while pods are missing. */
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { StatefulSet } from 'kubernetes-types/apps/v1.js';
import { appLabel, partOf, type Part } from '../../api/labels.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Observed, Refusal, Refusals } from '../../stack/observed.ts';
import { eventsAbout, timeOf, wordsOf, type Event, type EventReader } from './events-about.ts';

/** A workload that its controller has looked at as it is now, and that has fewer pods than it is to have. */
export interface LackingPods {
  readonly part: Part;
  readonly namespace: string;
  readonly uid: string;
  /** As `StatefulSet shop-database`. */
  readonly workload: string;
}

export function lackingPods(app: ResolvedApp, observed: Observed): LackingPods[] {
  const ofApp = { [appLabel]: app.name };
  const lacking = (kind: string, workload: StatefulSet | Job): LackingPods => ({
    part: partOf(workload),
    namespace: app.namespace,
    uid: workload.metadata?.uid ?? '',
    workload: `${kind} ${workload.metadata?.name ?? ''}`,
  });
  const sets = observed.list('StatefulSet', ofApp).filter(lacksPods);
  const jobs = observed.list('Job', ofApp).filter(hadNoPod);
  const all = [...sets.map((set) => lacking('StatefulSet', set)), ...jobs.map((job) => lacking('Job', job))];
  // Of two Jobs of a part a condition names the same one in every pass, after a restart too.
  return all.toSorted((a, b) => (a.workload < b.workload ? -1 : 1));
}

function lacksPods({ metadata, spec, status }: StatefulSet): boolean {
  return status?.observedGeneration === metadata?.generation && (status?.replicas ?? 0) < (spec?.replicas ?? 0);
}

/** Later on its pods come and go, and what happened to them shows in themselves. */
function hadNoPod({ status = {} }: Job): boolean {
  const { active = 0, failed = 0, startTime, succeeded = 0 } = status;
  return startTime !== undefined && active + failed + succeeded === 0 && (status.conditions ?? []).length === 0;
}

/** What is known of each, in their order; one of which nothing is known yet is not in it. */
export async function refusalsOf(
  lacking: readonly LackingPods[],
  reader: EventReader,
  signal: AbortSignal,
): Promise<ReadonlyMap<LackingPods, Refusal>> {
  const found = await Promise.all(
    lacking.map(async (workload) => [workload, await refusalOf(workload, reader, signal)] as const),
  );
  return new Map(found.flatMap(([workload, refusal]) => (refusal ? [[workload, refusal]] : [])));
}

/** Of several workloads of a part that of the first. */
export function byPart(found: ReadonlyMap<LackingPods, Refusal>): Refusals {
  return new Map([...found].toReversed().map(([{ part }, refusal]) => [part, refusal]));
}

async function refusalOf(lacking: LackingPods, reader: EventReader, signal: AbortSignal): Promise<Refusal | undefined> {
  const events = await eventsAbout(lacking, reader, signal);
  const last = events && refusedLast(events);
  return last && { workload: lacking.workload, words: apiServersWords(wordsOf(last)) };
}

/** The latest attempt, where it failed. */
function refusedLast(events: readonly Event[]): Event | undefined {
  const attempts = events.filter(({ reason }) => reason === 'FailedCreate' || reason === 'SuccessfulCreate');
  const [last] = attempts.toSorted((a, b) => timeOf(b) - timeOf(a) || Number(isRefusal(b)) - Number(isRefusal(a)));
  return last && isRefusal(last) ? last : undefined;
}

function isRefusal({ reason }: Event): boolean {
  return reason === 'FailedCreate';
}

/** `Create Pod x in StatefulSet y failed error: ` and `Error creating: ` say what is known. */
function apiServersWords(words: string): string {
  return words.replace(/^(Create Pod \S+ in StatefulSet \S+ failed error|Error creating): /, '');
}
