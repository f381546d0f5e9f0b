import { expect } from 'chai';
import { until } from '../../../test/until.ts';
import { DatabaseUnavailable } from './errors.ts';
import { Pool } from './pool.ts';
import type { Poolable, PoolOptions } from './pool.ts';

/** A connection without a server behind it: for orders of events that a real one cannot be made to show at will. */
class Connection implements Poolable {
  broken = false;
  readonly #listeners: (() => void)[] = [];

  onClose(listener: () => void): void {
    this.#listeners.push(listener);
  }

  lose(): void {
    if (this.broken) return;
    this.broken = true;
    for (const listener of this.#listeners) listener();
  }

  end(): Promise<void> {
    this.lose();
    return Promise.resolve();
  }
}

function poolOf(options: Partial<PoolOptions<Connection>> = {}): Pool<Connection> {
  const open = (): Promise<Connection> => Promise.resolve(new Connection());
  return new Pool({ open, min: 0, max: 2, acquireMs: 50, maxWaiting: 3, idleMs: 60_000, ...options });
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof DatabaseUnavailable ? error.reason : String(error);
  }
}

describe('the connection pool', () => {
  it('never opens more than its most, and refuses in time what it cannot serve', async () => {
    const pool = poolOf();
    await Promise.all([pool.acquire(), pool.acquire()]);
    const waiting = [pool.acquire(), pool.acquire(), pool.acquire()].map(refusal);
    expect(await refusal(pool.acquire()), 'the queue is bounded').to.equal('too many requests wait for a connection');
    expect(await Promise.all(waiting)).to.deep.equal(Array(3).fill('no free connection in time'));
    expect(pool.stats()).to.deep.equal({ open: 2, idle: 0, waiting: 0 });
    await pool.close();
  });

  it('hands a connection that comes back to who waits longest', async () => {
    const pool = poolOf({ max: 1 });
    const first = await pool.acquire();
    const order: string[] = [];
    const waiters = ['a', 'b'].map(async (name) => {
      const connection = await pool.acquire();
      order.push(name);
      pool.release(connection);
    });
    pool.release(first);
    await Promise.all(waiters);
    expect(order).to.deep.equal(['a', 'b']);
    await pool.close();
  });

  it('opens another one for who waits when one in use is lost', async () => {
    const pool = poolOf({ max: 1 });
    const first = await pool.acquire();
    const waiting = pool.acquire();
    first.lose();
    expect(await waiting).not.to.equal(first);
    await pool.close();
  });

  it('never hands out what was lost while idle', async () => {
    const pool = poolOf();
    const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
    pool.release(first);
    pool.release(second);
    second.lose();
    expect(await pool.acquire()).to.equal(first);
    pool.distrustIdle();
    expect(pool.stats().open).to.equal(1);
    await pool.close();
  });

  it('tells at once that opening failed, and tries again for the next one', async () => {
    let up = false;
    const pool = poolOf({
      acquireMs: 5_000,
      open: () => (up ? Promise.resolve(new Connection()) : Promise.reject(new DatabaseUnavailable('refused'))),
    });
    expect(await refusal(pool.acquire())).to.equal('refused');
    up = true;
    expect(await refusal(pool.acquire())).to.equal('none');
    await pool.close();
  });

  it('makes an attempt for who came while another was on its way that failed', async () => {
    const first = Promise.withResolvers<Connection>();
    const attempts = [first.promise, Promise.resolve(new Connection())];
    const pool = poolOf({
      min: 1,
      acquireMs: 5_000,
      open: () => attempts.shift() ?? Promise.reject(new DatabaseUnavailable('refused')),
    });
    await new Promise((resolve) => setImmediate(resolve));
    const waiting = refusal(pool.acquire());
    first.reject(new DatabaseUnavailable('the session was ended'));
    expect(await waiting).to.equal('none');
    await pool.close();
  });

  it('lets who waits have a connection that comes back while no other can be opened', async () => {
    let room = 1;
    const open = (): Promise<Connection> =>
      room-- > 0 ? Promise.resolve(new Connection()) : Promise.reject(new DatabaseUnavailable('too many connections'));
    const pool = poolOf({ open, acquireMs: 5_000 });
    const first = await pool.acquire();
    const waiting = refusal(pool.acquire());
    await new Promise((resolve) => setImmediate(resolve));
    pool.release(first);
    expect(await waiting).to.equal('none');
    await pool.close();
  });

  it('gets back to its least by itself after all were lost, also when opening fails at first', async () => {
    const opened: Connection[] = [];
    let refusals = 2;
    const pool = poolOf({
      min: 3,
      max: 4,
      open: () => {
        if (opened.length === 3 && refusals-- > 0) return Promise.reject(new DatabaseUnavailable('refused'));
        const connection = new Connection();
        opened.push(connection);
        return Promise.resolve(connection);
      },
    });
    await until('three at first', () => pool.stats().idle === 3, { seconds: 1 });
    for (const connection of [...opened]) connection.lose();
    expect(pool.stats().open).to.equal(0);
    await until('three again', () => pool.stats().idle === 3, { seconds: 1 });
    await pool.close();
  });

  it('refuses everybody once it is closed, and ends what comes back', async () => {
    const pool = poolOf({ max: 1 });
    const inUse = await pool.acquire();
    const waiting = refusal(pool.acquire());
    await pool.close();
    expect(await waiting).to.equal('the pool is closed');
    expect(await refusal(pool.acquire())).to.equal('the pool is closed');
    pool.release(inUse);
    expect(inUse.broken).to.equal(true);
  });
});
