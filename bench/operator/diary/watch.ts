/** `kubectl get memoapp -w`, each answer with the moment at which it came. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';
import { boundToUs } from '../../../test/cluster/host/bound.ts';

export interface Sighting {
  /** By `performance.now()`. */
  readonly at: number;
  readonly memoApp: MemoApp;
  readonly deleted: boolean;
}

interface WatchEvent {
  readonly type: string;
  readonly object: MemoApp;
}

export class Watch {
  readonly #child: ChildProcess;
  readonly #seen: Sighting[] = [];
  #ended = false;

  /** The kind has to be there; the namespace need not. */
  constructor(kubectl: Kubectl, namespace: string) {
    const get = ['get', 'memoapps', '-n', namespace, '-w', '--output-watch-events', '-o', 'json'];
    this.#child = spawn(...boundToUs([...kubectl.words().split(' '), ...get]), { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child.once('exit', () => (this.#ended = true));
    if (this.#child.stdout) this.#read(createInterface({ input: this.#child.stdout }));
  }

  /** What was seen of one MemoApp since then, oldest first. */
  since(at: number, name: string): Sighting[] {
    // Silence would look like a MemoApp that says nothing.
    if (this.#ended) throw new Error('kubectl get memoapps -w has ended');
    return this.#seen.filter((one) => one.at >= at && one.memoApp.metadata.name === name);
  }

  /** What stood there at that time. */
  before(at: number, name: string): MemoApp | undefined {
    const last = this.#seen.findLast((one) => one.at < at && one.memoApp.metadata.name === name);
    return last?.deleted === false ? last.memoApp : undefined;
  }

  stop(): void {
    this.#child.kill();
  }

  /** Each event is a line. */
  #read(lines: Interface): void {
    lines.on('line', (line) => {
      const { object, type } = JSON.parse(line) as WatchEvent;
      this.#seen.push({ at: performance.now(), memoApp: object, deleted: type === 'DELETED' });
    });
  }
}
