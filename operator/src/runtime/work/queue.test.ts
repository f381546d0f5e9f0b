import { expect } from 'chai';
import fc from 'fast-check';
import { RateLimiter } from './limiter.ts';
import { WorkQueue } from './queue.ts';

type Step = { do: 'add'; key: string; priority: 'high' | 'low' } | { do: 'take' } | { do: 'done'; nth: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    key: fc.constantFrom('a', 'b', 'c'),
    priority: fc.constantFrom('high' as const, 'low' as const),
  }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('done' as const), nth: fc.nat(3) }),
);

describe('the work queue', () => {
  it('never hands a key out twice at once, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const queue = new WorkQueue({ limiter: new RateLimiter() });
        const owed = new Set<string>();
        const working: string[] = [];
        const take = async (): Promise<void> => {
          const key = await queue.take();
          if (key === undefined) throw new Error('the queue ended');
          expect(working).not.to.include(key);
          expect(owed.delete(key)).to.equal(true);
          working.push(key);
        };
        const finish = (nth: number): void => {
          const [key] = working.splice(nth, 1);
          if (key !== undefined) queue.done(key);
        };
        for (const one of steps) {
          if (one.do === 'add') {
            owed.add(one.key);
            queue.add(one.key, one.priority);
          } else if (one.do === 'done') finish(one.nth);
          else if (queue.depth > 0) await take();
        }
        while (working.length > 0 || queue.depth > 0) {
          if (queue.depth > 0) await take();
          else finish(0);
        }
        expect([...owed]).to.deep.equal([]);
      }),
    );
  });

  it('hands out a change before what merely has to be looked at', async () => {
    const queue = new WorkQueue({ limiter: new RateLimiter() });
    queue.add('listed', 'low');
    queue.add('changed', 'high');
    queue.add('listed and changed', 'low');
    queue.add('listed and changed', 'high');
    expect([await queue.take(), await queue.take(), await queue.take()]).to.deep.equal([
      'changed',
      'listed and changed',
      'listed',
    ]);
  });

  it('ends takers at once on shutdown, and itself with the last work', async () => {
    const queue = new WorkQueue({ limiter: new RateLimiter() });
    queue.add('a');
    await queue.take();
    const waiting = queue.take();
    let ended = false;
    const end = queue.shutdown().then(() => (ended = true));
    expect(await waiting).to.equal(undefined);
    expect(ended).to.equal(false);
    queue.done('a');
    expect(await end).to.equal(true);
  });
});
