/** What a row of the truth table consists of, and what several of them are made of. */
import type { ConditionStatus, ConditionType } from '../../../operator/src/api/conditions.ts';
import type { Reason } from '../../../operator/src/api/reasons.ts';
import type { Asked, Place } from './place.ts';

export interface Row extends Asked {
  /** What happens to it. Absent: the state is there from the start. */
  readonly happens?: (place: Place) => Promise<void>;
  /** The message names object and way out. */
  readonly tells: Partial<Readonly<Record<ConditionType, readonly [ConditionStatus, Reason, RegExp]>>>;
}

/** The database and one API pod. */
export const small = { api: { replicas: 1 }, cache: { disabled: {} }, events: { disabled: {} } } as const;

/** `APIAvailable` where the state takes nothing from it. */
export const serving = ['True', 'Available', /API pods? serves?$/] as const;
