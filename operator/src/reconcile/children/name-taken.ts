/** What the pass says of an object of others under a name that one of ours is to have. */
import type { Problem } from '../../api/conditions.ts';
import { Reason } from '../../api/reasons.ts';
import { controllerOf, describeObject, type KubeObject } from '../../runtime/object.ts';

export function nameTaken(live: KubeObject): Problem {
  const controller = controllerOf(live);
  const holder = controller ? `${controller.kind} ${controller.name}` : 'nobody we know';
  const message = `${describeObject(live)} exists and belongs to ${holder}; rename or delete it, or rename this MemoApp`;
  return { reason: Reason.NameTaken, message };
}
