import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ManualClock } from '../../../test/operator/runtime/manual-clock.ts';
import { giveMemoryBack } from './memory.ts';

const MiB = 1024 * 1024;

describe('memory after a rush', () => {
  let clock: ManualClock;
  let busy: boolean;
  let garbage: number;
  let collections: number;

  beforeEach(async () => {
    clock = new ManualClock();
    [busy, garbage, collections] = [false, 0, 0];
    giveMemoryBack({
      clock,
      busy: () => busy,
      resident: () => (100 + garbage) * MiB,
      collect: () => {
        collections += 1;
        garbage = 0;
      },
    });
    // What the start has left.
    await clock.advance(10_000);
    collections = 0;
  });

  it('is given back once, when nothing is going on any more', async () => {
    [busy, garbage] = [true, 40];
    await clock.advance(60_000);
    expect(collections).to.equal(0);
    busy = false;
    await clock.advance(60_000);
    expect(collections).to.equal(1);
  });

  it('is let be where it is little', async () => {
    garbage = 15;
    await clock.advance(60_000);
    expect(collections).to.equal(0);
  });

  it('counts from the least that there was: V8 collects by itself too', async () => {
    garbage = 15;
    await clock.advance(10_000);
    garbage = -10;
    await clock.advance(10_000);
    garbage = 7;
    await clock.advance(10_000);
    expect(collections).to.equal(1);
  });

  it('goes back to the machine, where node was started for it', async () => {
    const program = `
      import { collector } from '${import.meta.dirname}/memory.ts';
      let garbage = Array.from({ length: 300_000 }, (_, index) => ({ name: 'object-' + index, labels: { index } }));
      garbage = undefined;
      const before = process.memoryUsage.rss();
      const collect = collector();
      collect?.();
      console.log(JSON.stringify([collect !== undefined, before - process.memoryUsage.rss()]));`;
    const run = async (...flags: string[]): Promise<unknown> => {
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--input-type=module', '-e', program]);
      return JSON.parse(stdout);
    };
    const [collects, freed] = (await run('--expose-gc', '--max-semi-space-size=2')) as [boolean, number];
    expect(collects).to.equal(true);
    expect(freed).to.be.greaterThan(20 * MiB);
    expect(await run()).to.deep.include(false);
  });
});
