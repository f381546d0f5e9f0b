/** Which pods an act replaced. */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { appLabel, partLabel } from '../../../operator/src/api/labels.ts';
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import type { PartChange } from './record.ts';

/** The parts whose pods stay, as people call them. */
const titles = {
  api: 'API',
  database: 'MariaDB',
  cache: 'Redis',
  events: 'Kafka',
  zookeeper: 'ZooKeeper',
} as const;

export type PartName = keyof typeof titles;

interface Standing {
  readonly part: PartName;
  readonly restarts: number;
}

/** Pods by their uid; those on their way out are gone already. */
export type Snapshot = ReadonlyMap<string, Standing>;

export async function snapshot(kubectl: Kubectl, { namespace, name }: AppName): Promise<Snapshot> {
  const pods = await kubectl.list<Pod>('pods', '-n', namespace, '-l', `${appLabel}=${name}`);
  return new Map(
    pods
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .flatMap(({ metadata, status }) => {
        const part = metadata?.labels?.[partLabel] ?? '';
        if (!isPart(part)) return [];
        const restarts = (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
        return [[metadata?.uid ?? '', { part, restarts }] as const];
      }),
  );
}

/** @param concerned the parts that the change is about: what happens to others is needless */
export function changes(
  before: Snapshot,
  after: Snapshot,
  concerned: readonly PartName[],
): { readonly pods: PartChange[]; readonly needless: string[] } {
  const parts = (Object.keys(titles) as PartName[]).filter((part) => of(before, part) + of(after, part) > 0);
  const pods = parts.map((part) => ({
    part: titles[part],
    before: of(before, part),
    after: of(after, part),
    kept: [...before].filter(([uid, pod]) => pod.part === part && after.get(uid)?.restarts === pod.restarts).length,
  }));
  const others = pods.filter((_, index) => !concerned.some((part) => part === parts[index]));
  return { pods, needless: others.filter(({ before: had, kept }) => kept < had).map(({ part }) => part) };
}

function of(pods: Snapshot, part: PartName): number {
  return [...pods.values()].filter((pod) => pod.part === part).length;
}

function isPart(label: string): label is PartName {
  return Object.hasOwn(titles, label);
}
