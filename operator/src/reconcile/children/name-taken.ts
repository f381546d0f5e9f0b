/** What the pass says of an object of others under a name that one of ours is to have. */
import type { Problem } from '../../api/conditions.ts';
import { selectorText, storeVersionAnnotation, type Part } from '../../api/labels.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { controllerOf, describeObject, type KubeObject } from '../../runtime/object.ts';
import { claimKind } from '../observe/observe.ts';

/** @param part the one whose object has no room */
export function nameTaken(live: KubeObject, app: ResolvedApp, part: Part): Problem {
  const controller = controllerOf(live);
  const holder = controller ? `${controller.kind} ${controller.name}` : 'nobody we know';
  const out =
    live.kind === claimKind.kind && !controller
      ? `if this MemoApp's data is on it, give it the labels ${selectorText(app, part)} and the annotation ${storeVersionAnnotation} with the version that wrote it; else rename this MemoApp, or delete it`
      : 'rename or delete it, or rename this MemoApp';
  return { reason: Reason.NameTaken, message: `${describeObject(live)} exists and belongs to ${holder}; ${out}` };
}
