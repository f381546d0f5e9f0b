import { chmodSync, chownSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { until } from '../../until.ts';
import type { Container, ContainerOptions } from '../running/container.ts';
import { runToEnd, start } from '../running/container.ts';
import type { Image } from '../running/image.ts';
import { dataFolder } from '../../stores/folder.ts';

/** What a point is checked with. */
export interface Bench {
  readonly image: Image;
  /** Starts a container that several points look at: one for each name, ended after the last point. */
  shared(name: string, options: () => ContainerOptions | Promise<ContainerOptions>): Promise<Container>;
  /** A folder of this machine as a `subPath` of a volume is made: root's, and open to a group. One for each name. */
  volume(name: string, group: number): string;
}

/** One promise of an image, as docs/images.md says it, and what shows that it is kept. */
export interface Point {
  readonly says: string;
  check(bench: Bench): Promise<void>;
}

/** What an image promises, and what the official image of that name promises on top. */
export interface Contract {
  readonly reference: string;
  /** Other images that its points need. */
  readonly needs?: readonly string[];
  readonly points: readonly Point[];
  /** What is not kept; nothing here and in the operator relies on it. */
  readonly notKept: readonly string[];
}

/** A bench on an image; `end` ends its containers. */
export function bench(image: Image): Bench & { end(): Promise<void> } {
  const running = new Map<string, Promise<Container>>();
  const volumes = new Map<string, string>();
  return {
    image,
    shared(name, options) {
      const container = running.get(name) ?? Promise.resolve(options()).then((made) => start(image, made));
      running.set(name, container);
      return container;
    },
    volume(name, group) {
      const known = volumes.get(name);
      if (known !== undefined) return known;
      const folder = dataFolder('volume', 0);
      volumes.set(name, folder);
      chownSync(folder, 0, group);
      chmodSync(folder, 0o2770);
      return folder;
    },
    async end() {
      const all = await Promise.allSettled(running.values());
      await Promise.all(
        all.map((one) => (one.status === 'fulfilled' ? one.value[Symbol.asyncDispose]() : Promise.resolve())),
      );
      for (const folder of volumes.values()) rmSync(folder, { recursive: true });
    },
  };
}

const patience = { seconds: 40, hint: 'the end of its log is below', everyMilliseconds: 100 };

/** Waits until the log of a container has these words. */
export async function tells(container: Container, words: string): Promise<void> {
  await living(container, `its log says ${words}`, () => container.logs().includes(words));
}

/** Runs a command in a container until it ends with 0 and says what is expected. */
export async function answers(container: Container, command: readonly string[], expected: string): Promise<void> {
  await living(container, `\`${command.join(' ')}\` says ${expected}`, async () => {
    const { status, output } = await container.exec(command);
    if (status === 0 && output.includes(expected)) return true;
    throw new Error(`${String(status)}: ${output.slice(-300)}`);
  });
}

/** Waits for something of a container that runs. @throws Error with the end of its log, at once when it has ended */
async function living(container: Container, what: string, probe: () => Promise<boolean> | boolean): Promise<void> {
  try {
    const result = await until(what, async () => (container.ended ? 'ended' : await probe()), patience);
    if (result === 'ended') throw new Error('the container has ended');
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
