/** Health of a part that is a StatefulSet: one rule for MariaDB, Redis, Kafka and ZooKeeper. */
import { isFalse, isTrue, type Condition, type ConditionType } from '../../api/conditions.ts';
import type { Part } from '../../api/labels.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp, ResolvedImage } from '../../api/resolved.ts';
import type { Observed } from '../observed.ts';
import { imageReference } from '../pod.ts';
import { podProblem } from './pods.ts';
import { stoppedPart } from './stopped.ts';

export interface StatefulPart {
  readonly type: ConditionType;
  readonly part: Part;
  readonly name: string;
  readonly replicas: number;
  /** The image its pods are to run. */
  readonly image: ResolvedImage;
  /** As people call it: `MariaDB 11.8`. */
  readonly title: string;
}

/** True once every pod is ready, of the newest template, and that template is the wanted one. */
export function statefulReady(
  app: ResolvedApp,
  { image, name, part, replicas, title, type }: StatefulPart,
  observed: Observed,
): Condition {
  if (app.state === 'Stopped') return stoppedPart(type);
  const set = observed.get('StatefulSet', name);
  if (!set) return isFalse(type, Reason.Creating, `StatefulSet ${name} is about to be made`);
  const { status } = set;
  const ready = status?.readyReplicas ?? 0;
  // A pass that could not apply its template must not take the old pods for the new ones.
  const wanted = set.spec?.template.spec?.containers.some((container) => container.image === imageReference(image));
  const settled =
    wanted === true &&
    status?.observedGeneration === set.metadata?.generation &&
    ready === replicas &&
    (status?.updatedReplicas ?? 0) === replicas &&
    (status?.replicas ?? 0) === replicas;
  if (settled) return isTrue(type, Reason.Available, `${title} answers, ${ready} of ${replicas} pods are ready`);
  const problem = podProblem(app, part, observed);
  if (problem) return isFalse(type, problem.reason, problem.message);
  if ((status?.replicas ?? 0) === 0) return isFalse(type, Reason.Creating, `waiting for the first pod of ${name}`);
  return isFalse(type, Reason.PodNotReady, `${ready} of ${replicas} pods of ${name} are ready and up to date`);
}
