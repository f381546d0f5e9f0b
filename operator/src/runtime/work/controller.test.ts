import { expect } from 'chai';
import { ManualClock, settle } from '../../../../test/operator/runtime/manual-clock.ts';
import { RuntimeMetrics } from '../metrics.ts';
import { Controller, TerminalError } from './controller.ts';
import type { ControllerOptions, Reconcile } from './controller.ts';
import { passFields, type PassFields } from './pass-fields.ts';

describe('the controller', () => {
  let clock: ManualClock;
  let passes: string[];

  beforeEach(() => {
    clock = new ManualClock();
    passes = [];
  });

  async function start(reconcile: Reconcile, options: Partial<ControllerOptions> = {}): Promise<Controller> {
    const counted: Reconcile = (key, pass) => {
      passes.push(key);
      return reconcile(key, pass);
    };
    const controller = new Controller({
      name: 'test',
      reconcile: counted,
      clock,
      random: () => 0.5,
      workers: 2,
      ...options,
    });
    controller.start();
    await settle();
    return controller;
  }

  function count(key: string): number {
    return passes.filter((one) => one === key).length;
  }

  it('tries a failing key again, ever more seldom, and others meanwhile', async () => {
    const controller = await start((key) =>
      key === 'bad' ? Promise.reject(new Error('a bug')) : Promise.resolve(undefined),
    );
    controller.enqueue('bad');
    await clock.advance(1_000);
    controller.enqueue('good');
    await settle();
    expect(count('good')).to.equal(1);
    // 5 ms doubled: 5 + 10 + ... + 640 > 1,000.
    expect(count('bad')).to.equal(8);
    await clock.advance(600_000);
    expect(count('bad')).to.be.within(16, 19);
  });

  it('rests after a failure for good, until the key changes', async () => {
    const controller = await start(() => Promise.reject(new TerminalError('the name is taken')));
    controller.enqueue('a');
    await clock.advance(3_600_000);
    expect(count('a')).to.equal(1);
    controller.enqueue('a');
    await settle();
    expect(count('a')).to.equal(2);
  });

  it('looks again when asked to', async () => {
    const controller = await start(() => Promise.resolve({ requeueAfter: 30_000 }));
    controller.enqueue('a');
    await clock.advance(100_000);
    expect(count('a')).to.equal(4);
  });

  it('aborts a pass at its deadline and tries again', async () => {
    const controller = await start(
      (_key, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      { deadline: 1_000 },
    );
    controller.enqueue('slow');
    await clock.advance(1_500);
    expect(count('slow')).to.equal(2);
  });

  it('never runs a key twice at once, however long its pass ignores its deadline', async () => {
    const hanging = Promise.withResolvers<undefined>();
    const controller = await start((key) => (key === 'hangs' ? hanging.promise : Promise.resolve(undefined)), {
      deadline: 1_000,
    });
    controller.enqueue('hangs');
    await clock.advance(5_000);
    controller.enqueue('hangs');
    await clock.advance(1_000);
    expect(count('hangs')).to.equal(1);
    hanging.resolve(undefined);
    await settle();
    expect(count('hangs')).to.equal(2);
  });

  it('delays no key by the bugs of others, be there as many stuck passes as workers', async () => {
    const metrics = new RuntimeMetrics();
    const controller = await start(
      (key) => {
        if (key.startsWith('stuck')) return new Promise<never>(() => undefined);
        if (key === 'throws') throw new TypeError('a bug');
        return Promise.resolve(undefined);
      },
      { patience: 500, metrics },
    );
    for (const key of ['stuck-1', 'stuck-2', 'throws', 'well']) controller.enqueue(key);
    await clock.advance(500);
    expect(count('well')).to.equal(1);
    await clock.advance(60_000);
    controller.enqueue('well');
    await settle();
    expect(count('well')).to.equal(2);
    const shown = await metrics.registry.metrics();
    expect(shown).to.contain('workqueue_longest_running_processor_seconds{name="test",controller="test"} 60.5');
    expect(shown).to.contain('workqueue_unfinished_work_seconds{name="test",controller="test"} 121');
    expect(shown).to.contain('workqueue_slow_processor_seconds{name="test",controller="test",key="stuck-2"} 60.5');
    expect(shown).not.to.contain('key="well"');
    expect(shown).to.contain('controller_runtime_active_workers{controller="test"} 2');
  });

  it('looks at every key again at the resync, after what changed', async () => {
    const controller = await start(() => Promise.resolve(undefined), {
      resync: { every: 60_000, keys: () => ['a', 'b'] },
    });
    await clock.advance(60_000 + 6_000);
    expect(passes.sort()).to.deep.equal(['a', 'b']);
    await controller.stop();
  });

  it('lets running passes end at the stop, starts no other, and aborts what drags on', async () => {
    const quick = Promise.withResolvers<undefined>();
    const controller = await start((key, { signal }) =>
      key === 'quick'
        ? quick.promise
        : new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          }),
    );
    for (const key of ['quick', 'slow', 'waiting']) controller.enqueue(key);
    await settle();
    let stopped = false;
    const stop = controller.stop(5_000).then(() => (stopped = true));
    quick.resolve(undefined);
    await clock.advance(4_000);
    expect(stopped).to.equal(false);
    await clock.advance(1_000);
    expect(await stop).to.equal(true);
    expect(passes).to.deep.equal(['quick', 'slow']);
    expect(clock.pending).to.equal(0);
  });

  it('lets each pass be followed in the log, through what it awaits, and no other', async () => {
    const lines: PassFields[] = [];
    const controller = await start(async () => {
      lines.push(passFields() as PassFields);
      await settle();
      lines.push(passFields() as PassFields);
      return undefined;
    });
    controller.enqueue('a');
    controller.enqueue('b');
    await clock.advance(1);
    const [first, second, third, fourth] = lines;
    expect([first?.key, second?.key]).to.deep.equal(['a', 'b']);
    expect([third, fourth]).to.deep.equal([first, second]);
    expect(first).to.include({ controller: 'test' });
    expect(first?.reconcileID).not.to.equal(second?.reconcileID);
    controller.enqueue('a');
    await clock.advance(1);
    expect(lines.at(-1)?.key).to.equal('a');
    expect(lines.at(-1)?.reconcileID).not.to.equal(first?.reconcileID);
    expect(passFields()).to.deep.equal({});
  });
});
