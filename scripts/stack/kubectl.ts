/** kubectl against one named cluster: never whatever the user's current context happens to be. */
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import { run } from '../../test/cluster/host/command.ts';

/** Which cluster: a kubeconfig of ours, or a context of the user's own. */
export type Target =
  { readonly kubectl: string; readonly kubeconfig: string } | { readonly kubectl: string; readonly context: string };

export class Kubectl {
  readonly #program: string;
  readonly #where: readonly string[];

  constructor(target: Target) {
    this.#program = target.kubectl;
    this.#where = 'context' in target ? ['--context', target.context] : ['--kubeconfig', target.kubeconfig];
  }

  /** The words to type for the same cluster. */
  words(): string {
    return [this.#program, ...this.#where].join(' ');
  }

  /**
   * @returns what kubectl wrote to standard output
   * @throws CommandError with kubectl's own words
   */
  async run(args: readonly string[], input?: string): Promise<string> {
    return await run(this.#program, [...this.#where, ...args], { input });
  }

  /** The object as JSON; undefined where there is none. The API server vouches for its shape. */
  async get<T>(...args: readonly string[]): Promise<T | undefined> {
    const text = await this.run(['get', ...args, '--ignore-not-found', '-o', 'json']);
    return text.trim() === '' ? undefined : (JSON.parse(text) as T);
  }

  /** The items of a list. */
  async list<T>(...args: readonly string[]): Promise<readonly T[]> {
    const text = await this.run(['get', ...args, '-o', 'json']);
    return (JSON.parse(text) as { items: T[] }).items;
  }

  /** Those of the objects that the cluster has, as it has them. */
  async present(objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const text = await this.run(['get', '-f', '-', '--ignore-not-found', '-o', 'json'], list);
    if (text.trim() === '') return [];
    const found = JSON.parse(text) as KubeObject & { items?: readonly KubeObject[] };
    return found.kind === 'List' ? (found.items ?? []) : [found];
  }

  /** Applies objects in their order. @returns a line for each, as kubectl prints it */
  async apply(objects: readonly object[]): Promise<string[]> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    const text = await this.run(['apply', '-f', '-'], JSON.stringify(list));
    return text.trim().split('\n');
  }
}
