/** What the desired state depends on beside the object itself. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { Observed } from './observed.ts';

export interface StackInputs {
  /**
   * What is there: consulted only for what Kubernetes never lets change (the size in a claim template), for what must
   * never shrink (a claim), for the API's present size when it is handed to or taken from the autoscaler, and for the
   * database that its pods use until they are replaced.
   */
  readonly observed: Observed;
  /** The image the API's template renders: the one that runs until the migration to the wanted release succeeded. */
  readonly apiImage: string;
  /** What is ours of the API's template as it is, while its pods have to stay (`isHeld`). Absent: they follow the spec. */
  readonly heldTemplate?: PodTemplateSpec | undefined;
  /** Whether pods of the API find what they need: the schema of their release, and everything that the spec refers to. */
  readonly ready: boolean;
  /** `handed`: the autoscaler owns the API's replicas, and the Deployment leaves the field out. */
  readonly apiReplicas: 'ours' | 'handed';
  /** The API's user in a managed database. Absent: the one that is generated. */
  readonly databaseUser?: string | undefined;
  /** Keyed hashes (`secretHash`): of each generated Secret by its name, of what the spec refers to by `referenceId`. */
  readonly secretHashes: Readonly<Record<string, string>>;
}
