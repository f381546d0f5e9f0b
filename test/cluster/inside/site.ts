/** What every part of a cluster is built with. */
import type { Credentials } from '../certificates/credentials.ts';
import type { Log } from '../host/progress.ts';
import type { ApiClient } from './api.ts';
import type { ClusterPlan } from './messages.ts';
import type { ClusterPaths } from './paths.ts';
import type { Processes } from './processes.ts';

export interface Site {
  readonly plan: ClusterPlan;
  readonly paths: ClusterPaths;
  readonly credentials: Credentials;
  readonly api: ApiClient;
  readonly processes: Processes;
  readonly log: Log;
  /** Path of a binary; throws when the plan has none of that name. */
  readonly tool: (name: string) => string;
}
