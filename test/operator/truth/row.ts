/** What a row of the truth table consists of, and what several of them are made of. */
import type { ConditionStatus, ConditionType } from '../../../operator/src/api/conditions.ts';
import type { Reason } from '../../../operator/src/api/reasons.ts';
import type { Asked, Place } from './place.ts';

export interface Row extends Asked {
  /** What happens to it. Absent: the state is there from the start. */
  readonly happens?: (place: Place) => Promise<void>;
  /** The message names object and way out. Where nothing is told of `Ready`, it repeats the condition that says so. */
  readonly tells: Tells;
  /** What was wrong on the way there. */
  readonly onTheWay?: readonly Reason[];
}

type Told = readonly [ConditionStatus, Reason, RegExp];
type Tells = Readonly<Partial<Record<ConditionType, Told>>>;

/** The database and one API pod. */
export const small = { api: { replicas: 1 }, cache: { disabled: {} }, events: { disabled: {} } } as const;

/** `APIAvailable` where the state takes nothing from it. */
export const serving = ['True', 'Available', /API pods? serves?$/] as const;

/** `APIAvailable` while the database is away. */
export const withoutDatabase = ['False', 'WaitingForDatabase', /^the database is away/] as const;

/** How a container stands that runs and is not ready. */
export const running = { running: { startedAt: '2026-01-01T00:01:00Z' } };

/** What only a person can put right. */
export function stalls(reason: Reason, message: RegExp): Pick<Required<Tells>, 'Ready' | 'Stalled'> {
  return { Ready: ['False', reason, message], Stalled: ['True', reason, message] };
}
