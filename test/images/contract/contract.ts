import { expect } from 'chai';
import { until } from '../../cluster/host/wait.ts';
import type { Container, ContainerOptions, Result } from '../running/container.ts';
import { runToEnd, start } from '../running/container.ts';
import type { Image } from '../running/image.ts';

/** What a point is checked with. */
export interface Bench {
  readonly image: Image;
  /** Starts a container that several points look at: one for each name, ended after the last point. */
  shared(name: string, options: ContainerOptions): Promise<Container>;
}

/** One promise of an image, as docs/images.md says it, and what shows that it is kept. */
export interface Point {
  readonly says: string;
  check(bench: Bench): Promise<void>;
}

/** What an image promises, and what the official image of that name promises on top. */
export interface Contract {
  readonly reference: string;
  readonly points: readonly Point[];
  /** What is not kept; nothing here and in the operator relies on it. */
  readonly notKept: readonly string[];
}

/** A bench on an image; `end` ends its containers. */
export function bench(image: Image): Bench & { end(): Promise<void> } {
  const running = new Map<string, Promise<Container>>();
  return {
    image,
    shared(name, options) {
      const container = running.get(name) ?? start(image, options);
      running.set(name, container);
      return container;
    },
    async end() {
      const all = await Promise.allSettled(running.values());
      await Promise.all(
        all.map((one) => (one.status === 'fulfilled' ? one.value[Symbol.asyncDispose]() : Promise.resolve())),
      );
    },
  };
}

/** Runs a command in a container until it ends with 0 and says what is expected. */
export async function answers(container: Container, command: readonly string[], expected: string): Promise<Result> {
  const patience = { seconds: 40, hint: 'the end of its log is below', everyMilliseconds: 100 };
  try {
    const result = await until(`\`${command.join(' ')}\` says ${expected}`, patience, async () => {
      if (container.ended) return 'ended';
      const result = await container.exec(command);
      if (result.status === 0 && result.output.includes(expected)) return result;
      throw new Error(`${String(result.status)}: ${result.output.slice(-300)}`);
    });
    if (result === 'ended') throw new Error('the container has ended');
    return result;
  } catch (error) {
    throw new Error(container.logs().slice(-2000), { cause: error });
  }
}

/** SIGTERM ends it with this code within the seconds that a pod of it gets at the least. */
export async function endsOnTerm(container: Container, status: number, seconds: number): Promise<void> {
  const started = performance.now();
  const result = await container.stop();
  expect(result.status, result.output.slice(-2000)).to.equal(status);
  expect((performance.now() - started) / 1000).to.be.below(seconds);
}

/** The config says who runs, what is opened and what is kept. */
export function declares(says: string, expected: { user: string; ports: string[]; volumes: string[] }): Point {
  return {
    says,
    check({ image: { config } }) {
      expect(config.User ?? '').to.equal(expected.user);
      expect(Object.keys(config.ExposedPorts ?? {}).sort()).to.deep.equal([...expected.ports].sort());
      expect(Object.keys(config.Volumes ?? {}).sort()).to.deep.equal([...expected.volumes].sort());
      return Promise.resolve();
    },
  };
}

/** The entrypoint makes way for a command that is not its own. */
export function runsAnyCommand(options: Pick<ContainerOptions, 'user' | 'writable'>): Point {
  return {
    says: 'any other command is run as it is',
    async check({ image }) {
      const { status, output } = await runToEnd(image, { ...options, args: ['sh', '-c', 'echo hello; exit 7'] });
      expect({ status, output }).to.deep.equal({ status: 7, output: 'hello\n' });
    },
  };
}
