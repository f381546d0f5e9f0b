/** Health of a part that is a StatefulSet: one rule for MariaDB, Redis, Kafka and ZooKeeper. */
import { isFalse, isTrue, type Condition, type ConditionType } from '../../../api/conditions.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp, ResolvedImage } from '../../../api/resolved.ts';
import type { Observed } from '../../observed.ts';
import type { PodPart } from '../../network/flows.ts';
import { imageReference } from '../../pod.ts';
import { classProblem } from '../pods/claims.ts';
import { podProblem, waitingFor, whereToLook } from '../pods/problem.ts';
import { hasImage, isSettled } from '../pods/rollout.ts';
import { stoppedPart } from '../stopped.ts';

export interface StatefulPart {
  readonly type: ConditionType;
  readonly part: PodPart;
  readonly name: string;
  readonly replicas: number;
  /** The image its pods are to run. */
  readonly image: ResolvedImage;
  /** As people call it: `MariaDB 11.8`. */
  readonly title: string;
  /** Of a store of several members that has served since it was last started. Absent: it is still on its way there. */
  readonly members?: Members;
}

export interface Members {
  /** How many have to be ready for the store to serve. */
  readonly needed: number;
  /** What it means for the app while they are not. */
  readonly without: string;
}

/** True once every pod is ready, of the newest template, and that template is the wanted one. */
export function statefulReady(
  app: ResolvedApp,
  { image, members, name, part, replicas, title, type }: StatefulPart,
  observed: Observed,
): Condition {
  if (app.state === 'Stopped') return stoppedPart(type);
  const set = observed.get('StatefulSet', name);
  if (!set) {
    // It waits for its claims.
    const problem = classProblem(app, part, observed);
    if (problem) return isFalse(type, problem.reason, problem.message);
    return isFalse(type, Reason.Creating, `StatefulSet ${name} is about to be made`);
  }
  const { status } = set;
  const { replicas: made = 0, readyReplicas: ready = 0, updatedReplicas: updated = 0 } = status ?? {};
  const wanted = hasImage(set, imageReference(image));
  if (wanted && ready === replicas && isSettled(set, replicas))
    return isTrue(type, Reason.Available, `${title} answers, ${ready} of ${replicas} pods are ready`);
  const problem = podProblem(app, part, observed);
  const counted = `${ready} of ${replicas} pods of ${name} are ready`;
  const late = waitingFor(app, part, observed);
  // A roll-out takes them down one by one, and its template may be what is wrong: neither is a member that was lost.
  const rolledOut = wanted && status?.currentRevision === status?.updateRevision;
  if (members && rolledOut && ready < members.needed) {
    const message = `${title} has lost its quorum: ${counted}, ${members.needed} are needed; ${members.without}`;
    return isFalse(type, Reason.QuorumLost, problem ? `${message}; ${problem.message}` : `${message}${late}`);
  }
  if (problem) return isFalse(type, problem.reason, problem.message);
  if (made === 0) return isFalse(type, Reason.Creating, `waiting for the first pod of ${name}`);
  if (members && rolledOut && ready < replicas) {
    return isFalse(type, Reason.Degraded, `${title} serves, though only ${counted}${late}`);
  }
  const message = `${counted}, ${updated} up to date${late}${whereToLook(app, part, observed)}`;
  return isFalse(type, Reason.PodNotReady, message);
}
