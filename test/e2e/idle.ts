/** An operator with nothing to do writes nothing, has no right that it does not need, and neither has its successor. */
import { expect } from 'chai';
import { operator } from '../../scripts/stack/manifests.ts';
import { writesOf } from '../operator/harness/audit.ts';
import { operatorUser } from '../operator/harness/operator.ts';
import { rightsOf } from '../operator/harness/rights.ts';
import { awakeFor, leading, successorOf } from './harness/operator-pod.ts';
import { sampleApp } from './harness/sample.ts';
import type { Staged } from './harness/stage.ts';
import { ready } from './harness/ready.ts';

const IDLE_SECONDS = 30;
const SETTLED_SECONDS = 10;

const CHILD = '[get list watch create patch delete]';

/** Every row of `kubectl auth can-i --list` that not every service account has. */
const rights = [
  `configmaps [] [] ${CHILD}`,
  `deployments.apps [] [] ${CHILD}`,
  'events.events.k8s.io [] [] [list create patch]',
  `horizontalpodautoscalers.autoscaling [] [] ${CHILD}`,
  `httproutes.gateway.networking.k8s.io [] [] ${CHILD}`,
  'ingressclasses.networking.k8s.io [] [] [get list watch]',
  `ingresses.networking.k8s.io [] [] ${CHILD}`,
  `jobs.batch [] [] ${CHILD}`,
  'memoapps.memo.sogangcomputerclub.org [] [] [get list watch]',
  'memoapps.memo.sogangcomputerclub.org/finalizers [] [] [update]',
  'memoapps.memo.sogangcomputerclub.org/status [] [] [patch]',
  `networkpolicies.networking.k8s.io [] [] ${CHILD}`,
  'persistentvolumeclaims [] [] [get list watch create patch]',
  `poddisruptionbudgets.policy [] [] ${CHILD}`,
  'pods [] [] [get list watch]',
  'secrets [] [] [get create patch list watch]',
  `serviceaccounts [] [] ${CHILD}`,
  `services [] [] ${CHILD}`,
  `statefulsets.apps [] [] ${CHILD}`,
  'storageclasses.storage.k8s.io [] [] [get list watch]',
];
const rightsToItsLease = [
  'leases.coordination.k8s.io [] [] [create]',
  'leases.coordination.k8s.io [] [memo-operator] [get update]',
];

export function operatorAtRest(stage: Staged): void {
  const writes = (): string[] => writesOf(stage().cluster.auditLog, operatorUser);

  /** What the operator watches, as it is now. */
  async function children(): Promise<string> {
    const kinds = 'deployments,statefulsets,pods,jobs,persistentvolumeclaims,ingresses';
    const row = '{.kind}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}';
    return await stage().kubectl.run([
      'get',
      kinds,
      '-n',
      sampleApp.namespace,
      '-o',
      `jsonpath={range .items[*]}${row}{end}`,
    ]);
  }

  async function rightsIn(namespace: string): Promise<string[]> {
    const list = async (user: string): Promise<string[]> => {
      const text = await stage().kubectl.run([
        'auth',
        'can-i',
        '--list',
        '--no-headers',
        '-n',
        namespace,
        '--as',
        user,
      ]);
      return rightsOf(text);
    };
    const everybodys = new Set(await list(`system:serviceaccount:${operator.namespace}:nobody`));
    return (await list(operatorUser)).filter((row) => !everybodys.has(row));
  }

  it('has the rights it needs and no others', async () => {
    expect(await rightsIn(sampleApp.namespace)).to.deep.equal(rightsOf(rights.join('\n')));
    expect(await rightsIn(operator.namespace)).to.deep.equal(rightsOf([...rights, ...rightsToItsLease].join('\n')));
  });

  it(`writes nothing in ${IDLE_SECONDS} idle seconds, its Lease aside`, async () => {
    const { kubectl } = stage();
    await ready(kubectl, sampleApp);
    await awakeFor(kubectl, SETTLED_SECONDS);
    // On a busy machine a probe may be late, and a pod not ready for a moment: that is news, and written down.
    for (let attempt = 1; ; attempt += 1) {
      const before = { children: await children(), writes: writes() };
      await awakeFor(kubectl, IDLE_SECONDS);
      const written = writes().slice(before.writes.length);
      if (written.length === 0) return;
      expect(await children(), `while nothing changed: ${written.join(', ')}`).not.to.equal(before.children);
      expect(attempt, `the children never stood still: ${written.join(', ')}`).to.be.below(5);
    }
  });

  it('writes nothing after a restart', async () => {
    const { kubectl } = stage();
    const before = writes();
    const { holder } = await leading(kubectl);
    await kubectl.run(['delete', 'pod', holder, '-n', operator.namespace, '--wait=false']);
    await successorOf(kubectl, holder);
    await awakeFor(kubectl, SETTLED_SECONDS);
    await ready(kubectl, sampleApp);
    expect(writes().slice(before.length)).to.deep.equal([]);
  });
}
