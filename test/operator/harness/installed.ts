/** A cluster with an operator at work that is installed as config/default says: where most tests on a live one begin. */
import { startCluster, type Cluster, type Rung } from '../../cluster/cluster.ts';
import { install } from './install.ts';
import { kubectlOn, type Kubectl } from './kubectl.ts';
import { apply } from './live.ts';
import { startOperator, type RunningOperator, type StartOptions } from './operator.ts';

export interface InstalledOptions {
  /** Of the cluster; no two that run at the same time have the same. */
  readonly name: string;
  readonly rung: Rung;
  /** Absent: as an operator has it by itself. */
  readonly resyncMinutes?: number;
  /** There before the operator starts. */
  readonly objects?: readonly object[];
}

export interface Installed {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  /** The one that was started last. */
  readonly operator: RunningOperator;
  /** Ends that one, if it runs, and starts another: like the first but for what is said here. Resolves once it leads. */
  restart(options?: StartOptions): Promise<void>;
  /** Ends the operator, then the cluster. */
  stop(): Promise<void>;
}

/** Resolves once the operator leads. Where it does not come to that, whatever has been started is ended again. */
export async function startInstalled(options: InstalledOptions): Promise<Installed> {
  const { name, rung, objects = [], ...usual } = options;
  await using begun = new AsyncDisposableStack();
  const cluster = await startCluster({ name, rung });
  begun.defer(async () => await cluster.stop());
  const kubectl = await kubectlOn(cluster);
  await install(kubectl);
  if (objects.length > 0) await apply(kubectl, ...objects);
  let operator = await startOperator(cluster, usual);
  begun.defer(async () => {
    await operator.stop();
  });
  const running = begun.move();
  return {
    cluster,
    kubectl,
    get operator(): RunningOperator {
      return operator;
    },
    restart: async (other) => {
      await operator.stop();
      operator = await startOperator(cluster, { ...usual, ...other });
    },
    stop: async () => await running.disposeAsync(),
  };
}
