/** An operator that is struck at a chosen write, and started again by somebody who plays the kubelet. */
import { startApiProxy, type ApiProxy } from '../faults/api-proxy.ts';
import { launchOperator, type RunningOperator } from '../harness/operator.ts';
import { StrikingGate, type Strike } from './strike.ts';

interface Incarnation {
  readonly operator: RunningOperator;
  readonly proxy: ApiProxy;
  readonly gate: StrikingGate;
}

export class MortalOperator {
  readonly #kubeconfig: string;
  readonly #namespace: string;
  #now: Incarnation;
  #writesBefore = 0;
  #struck = false;
  /** Settles when the successor of a killed one runs. */
  #succession: Promise<void> = Promise.resolve();

  private constructor(kubeconfig: string, namespace: string, first: Incarnation) {
    this.#kubeconfig = kubeconfig;
    this.#namespace = namespace;
    this.#now = first;
  }

  /** @param namespace the one it looks at, with a Role for its Lease there */
  static async start(kubeconfig: string, namespace: string): Promise<MortalOperator> {
    return new MortalOperator(kubeconfig, namespace, await incarnate(kubeconfig, namespace));
  }

  /** Will be struck at this write from now on; without one it is left alone. */
  expect(strike: Strike | undefined): void {
    this.#struck = false;
    this.#now.gate.arm(strike, () => {
      this.#struck = true;
      if (strike?.blow !== 'answer lost') this.kill();
    });
  }

  /** Dies now, and is started again. */
  kill(): void {
    this.#struck = true;
    this.#succession = this.#succeed(this.#now);
  }

  /** Writes so far, those of its predecessors included. */
  get writes(): number {
    return this.#writesBefore + this.#now.gate.writes;
  }

  /** Whether a blow has fallen since {@link expect}. */
  get struck(): boolean {
    return this.#struck;
  }

  log(): string {
    return this.#now.operator.log();
  }

  /** Whether it looked twice at everything it knows, without a write. */
  async isIdle(): Promise<boolean> {
    await this.#succession;
    const { operator } = this.#now;
    const { writes } = this;
    await Promise.race([operator.passes(2), operator.ended()]);
    return this.#now.operator === operator && this.writes === writes;
  }

  async end(): Promise<void> {
    await this.#succession;
    await this.#now.operator.stop('SIGKILL');
    await this.#now.proxy.close();
  }

  async #succeed({ operator, proxy, gate }: Incarnation): Promise<void> {
    await operator.stop('SIGKILL');
    await proxy.close();
    const next = await incarnate(this.#kubeconfig, this.#namespace);
    this.#writesBefore += gate.writes;
    this.#now = next;
  }
}

async function incarnate(kubeconfig: string, namespace: string): Promise<Incarnation> {
  const gate = new StrikingGate();
  const proxy = await startApiProxy(kubeconfig, gate.treat);
  const operator = await launchOperator({
    kubeconfig: proxy.kubeconfig,
    // Of the same name, so that it need not wait for the Lease of the one before.
    identity: 'memo-operator-0',
    // Idleness is shown by passes, which a forced resync makes quick.
    resyncMinutes: 0.01,
    flags: ['--namespaces', namespace, '--lease-namespace', namespace],
  });
  return { operator, proxy, gate };
}
