import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { Cut } from './cut.ts';
import { ConnectionLost } from './errors.ts';

const never = new Promise<never>(() => undefined);

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('the cut of a connection', () => {
  it('is told to all who wait, and to whoever asks after it', async () => {
    const cut = new Cut();
    const waiting = [failureOf(cut.unlessCut(never)), failureOf(cut.unlessCut(never))];
    cut.now('too long');
    for (const error of [...(await Promise.all(waiting)), await failureOf(cut.unlessCut(never))])
      expect(error).to.be.instanceOf(ConnectionLost);
  });

  it('changes nothing of what has come before it', async () => {
    const cut = new Cut();
    expect(await cut.unlessCut(Promise.resolve('a row'))).to.equal('a row');
    const refused = new Error('refused');
    expect(await failureOf(cut.unlessCut(Promise.reject(refused)))).to.equal(refused);
    cut.now('too long');
  });

  it('keeps nothing of what was answered', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const cut = new Cut();
    /** In bytes. */
    const kept = async (answers: number): Promise<number> => {
      for (let each = 0; each < answers; each += 1) await cut.unlessCut(Promise.resolve(each));
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await kept(1000);
    // A reaction on a promise that stays takes 250 bytes.
    expect((await kept(50_000)) - before).to.be.below(50_000 * 50);
    cut.now('the end');
  });
});
