import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { ApiClient } from '../client/client.ts';
import { ApiError } from '../client/error.ts';
import type { Clock } from '../clock.ts';
import { kindOf, type Kind, type KubeObject } from '../object.ts';
import { Elector } from './elector.ts';

interface Lease extends KubeObject {
  spec?: { holderIdentity?: string; leaseDurationSeconds?: number; renewTime?: string; leaseTransitions?: number };
}

const leaseKind: Kind<Lease> = kindOf<Lease>('coordination.k8s.io/v1', 'Lease');
const lease = { namespace: 'memo', name: 'memo-operator' };

/** Time that moves only when told, in small steps, with every promise settled in between. */
class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ due: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#now);
  }

  after(milliseconds: number, callback: () => void): { cancel(): void } {
    const timer = { due: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Time passes and nothing of ours runs: a blocked event loop. */
  block(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async advance(milliseconds: number): Promise<void> {
    for (const end = this.#now + milliseconds; this.#now < end; this.#now += 100) {
      await turn();
      for (const timer of this.#timers) {
        if (timer.due > this.#now) continue;
        this.#timers.delete(timer);
        timer.callback();
      }
    }
    await turn();
  }
}

/** One Lease with optimistic locking, and a cable that can be pulled. */
class LeaseServer {
  connected = true;
  /** Called before each answer. */
  slowness: () => void = () => undefined;
  stored: KubeObject | undefined;
  #version = 0;

  client(): ApiClient {
    const unused = (): never => expect.fail('the elector needs get, create and replace only');
    const client: ApiClient = {
      get: <T extends KubeObject>() => this.#answer(() => this.#found() as T),
      create: <T extends KubeObject>(object: T) =>
        this.#answer(() => {
          if (this.stored) throw new ApiError({ code: 409, reason: 'AlreadyExists', message: 'exists' });
          return this.#store(object);
        }),
      replace: <T extends KubeObject>(object: T) =>
        this.#answer(() => {
          if (object.metadata.resourceVersion !== this.#found().metadata.resourceVersion) {
            throw new ApiError({ code: 409, reason: 'Conflict', message: 'changed since' });
          }
          return this.#store(object);
        }),
      list: unused,
      watch: unused,
      apply: unused,
      patch: unused,
      delete: unused,
      resource: unused,
      read: unused,
      guarded: unused,
      close: unused,
    };
    return client;
  }

  get holder(): string | undefined {
    return (this.stored as Lease | undefined)?.spec?.holderIdentity;
  }

  #found(): KubeObject {
    if (!this.stored) throw new ApiError({ code: 404, reason: 'NotFound', message: 'not found' });
    return structuredClone(this.stored);
  }

  #store<T extends KubeObject>(object: T): T {
    this.#version += 1;
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = String(this.#version);
    this.stored = stored;
    return structuredClone(stored);
  }

  async #answer<T>(work: () => T): Promise<T> {
    await turn();
    this.slowness();
    if (!this.connected) throw new ApiError({ code: 0, reason: 'ConnectionFailed', message: 'no answer' });
    return work();
  }
}

function leads(elector: Elector): boolean {
  try {
    elector.assertLeading();
    return true;
  } catch {
    return false;
  }
}

describe('the elector', () => {
  let clock: ManualClock;
  let server: LeaseServer;

  beforeEach(() => {
    clock = new ManualClock();
    server = new LeaseServer();
  });

  function candidate(identity: string): Elector {
    return new Elector({ client: server.client(), lease, identity, clock, random: () => 0.5 });
  }

  it('takes a lease that nobody has, and keeps it', async () => {
    const elector = candidate('a');
    expect(leads(elector)).to.equal(false);
    void elector.run();
    await clock.advance(60_000);
    expect(leads(elector)).to.equal(true);
    expect(server.stored?.kind).to.equal(leaseKind.kind);
  });

  it('waits for a silent holder as long as its own clock says, whatever the holder wrote', async () => {
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2001-01-01T00:00:00.000000Z' };
    const metadata = { ...lease, resourceVersion: '7' };
    server.stored = { apiVersion: leaseKind.apiVersion, kind: leaseKind.kind, metadata, spec };
    const elector = candidate('a');
    void elector.run();
    await clock.advance(14_000);
    expect(leads(elector)).to.equal(false);
    await clock.advance(8_000);
    expect(leads(elector)).to.equal(true);
  });

  it('stops writing before another may lead', async () => {
    const old = candidate('a');
    void old.run();
    await clock.advance(5_000);
    const next = candidate('b');
    void next.run();
    await clock.advance(5_000);
    expect([leads(old), leads(next)]).to.deep.equal([true, false]);
    server.connected = false;
    await clock.advance(14_000);
    expect(leads(old)).to.equal(false);
    server.connected = true;
    for (let at = 0; at < 30; at += 1) {
      await clock.advance(1_000);
      expect(leads(old) && leads(next)).to.equal(false);
    }
    expect(server.holder).to.equal('b');
    expect(await old.lost).to.be.a('string');
  });

  it('does not trust a lease after the process stood still', async () => {
    const elector = candidate('a');
    void elector.run();
    await clock.advance(5_000);
    expect(leads(elector)).to.equal(true);
    clock.block(15_000);
    expect(leads(elector)).to.equal(false);
  });

  it('does not lead, nor lose, what it took too slowly to be sure of, and takes it again', async () => {
    const elector = candidate('a');
    server.slowness = () => clock.block(11_000);
    void elector.run();
    await clock.advance(1_000);
    expect(server.holder).to.equal('a');
    expect(leads(elector)).to.equal(false);
    server.slowness = () => undefined;
    await clock.advance(12_000);
    expect(leads(elector)).to.equal(true);
  });

  it('leaves the lease to others as long as it only looks on, and takes a free one at once then', async () => {
    const onlooker = candidate('a');
    void onlooker.lookOn();
    await clock.advance(60_000);
    expect([server.stored, leads(onlooker), onlooker.alive()]).to.deep.equal([undefined, false, true]);
    const other = candidate('b');
    void other.run();
    await clock.advance(5_000);
    expect(server.holder).to.equal('b');
    await other.stop();
    await clock.advance(60_000);
    expect(server.holder).to.equal('');
    void onlooker.run();
    // Sooner than it would have looked next.
    await clock.advance(700);
    expect(leads(onlooker)).to.equal(true);
  });

  it('knows from its looking on how long a holder has been silent', async () => {
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2001-01-01T00:00:00.000000Z' };
    const metadata = { ...lease, resourceVersion: '7' };
    server.stored = { apiVersion: leaseKind.apiVersion, kind: leaseKind.kind, metadata, spec };
    const elector = candidate('a');
    void elector.lookOn();
    await clock.advance(20_000);
    expect(server.holder).to.equal('dead');
    void elector.run();
    await clock.advance(700);
    expect(leads(elector)).to.equal(true);
  });

  it('gives the lease back, so that the next leads within little more than a second', async () => {
    const first = candidate('a');
    void first.run();
    await clock.advance(3_000);
    const next = candidate('b');
    void next.run();
    await clock.advance(3_000);
    await first.stop();
    expect(server.holder ?? '').to.equal('');
    expect(leads(first)).to.equal(false);
    await clock.advance(1_300);
    expect(leads(next)).to.equal(true);
  });
});
