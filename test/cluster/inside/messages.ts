/**
 * What the three processes of a cluster tell each other: the starter (a test, or the command line), the keeper (outside
 * the namespaces: owns the loopback ports and cleans up) and the supervisor (inside: runs Kubernetes).
 */
import type { Rung } from '../state.ts';

/** Everything the keeper and the supervisor must know; files and binaries are ready before they start. */
export interface ClusterPlan {
  readonly name: string;
  readonly rung: Rung;
  readonly directory: string;
  /** Binary name to path. */
  readonly tools: Readonly<Record<string, string>>;
  /** Folder of Gateway API definitions and archive of the node's own image; rung 3 only. */
  readonly gatewayApi?: string;
  readonly nodeImage?: string;
  /** The command line's clusters outlive it; all others end with their starter. */
  readonly detached: boolean;
}

/** Where a loopback port of the machine leads to inside. */
export type Entrance = 'api' | 'ingress';

export type Message =
  /** The supervisor has started and listens. */
  | { readonly kind: 'hello' }
  /** Comes with the listening socket itself, which stays in the machine's network whoever accepts from it. */
  | { readonly kind: 'entrance'; readonly entrance: Entrance }
  | { readonly kind: 'keep'; readonly plan: ClusterPlan }
  | { readonly kind: 'begin'; readonly plan: ClusterPlan; readonly apiPort: number }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: string };
