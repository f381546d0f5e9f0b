/** Objects as kubectl shows them, and the questions that every test on a live cluster asks. */
import { expect } from 'chai';
import type { Kubectl } from './kubectl.ts';
import { until } from './until.ts';

export interface LiveCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface Live {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly metadata?: { readonly annotations?: Record<string, string> } };
  };
  readonly status?: { readonly replicas?: number; readonly conditions?: readonly LiveCondition[] };
}

/** What kubectl answers; where it fails, so does the test, with its words. */
export async function done(kubectl: Kubectl, args: readonly string[], input?: unknown): Promise<string> {
  const { code, stderr, stdout } = await kubectl(args, input);
  expect(code, stderr).to.equal(0);
  return stdout;
}

/** undefined: there is none. */
export async function get(kubectl: Kubectl, what: string, name: string): Promise<Live | undefined> {
  return await getAs<Live>(kubectl, what, name);
}

/** As {@link get}, for whoever reads more of it. */
export async function getAs<T>(kubectl: Kubectl, what: string, name: string): Promise<T | undefined> {
  const stdout = await done(kubectl, ['get', what, name, '--ignore-not-found', '-o', 'json']);
  return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as T);
}

/** Applies, and fails with the API server's words where it refuses. */
export async function apply(kubectl: Kubectl, ...objects: readonly object[]): Promise<void> {
  await done(kubectl, ['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: objects });
}

/** The condition of a MemoApp once it has this status and reason. */
export async function untilCondition(
  kubectl: Kubectl,
  name: string,
  wanted: Readonly<Partial<LiveCondition>>,
): Promise<LiveCondition> {
  let seen: readonly LiveCondition[] = [];
  try {
    return await until(`${name}: ${JSON.stringify(wanted)}`, async () => {
      seen = (await get(kubectl, 'memoapp', name))?.status?.conditions ?? [];
      return seen.find((condition) =>
        Object.entries(wanted).every(([member, value]) => condition[member as keyof LiveCondition] === value),
      );
    });
  } catch (error) {
    throw new Error(`${name} is ${JSON.stringify(seen, null, 1)}`, { cause: error });
  }
}
