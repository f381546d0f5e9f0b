import { expect } from 'chai';
import { ManualClock } from '../../test/operator/runtime/manual-clock.ts';
import { StepError, Steps } from './steps.ts';

describe('the step list', () => {
  let clock: ManualClock;
  let shown: string[];
  let kept: string[];
  let steps: Steps;

  beforeEach(() => {
    clock = new ManualClock();
    shown = [];
    kept = [];
    steps = new Steps({ show: (line) => shown.push(line.trim()), keep: (line) => kept.push(line.trim()) }, clock);
  });

  afterEach('no step leaves a timer behind', () => expect(clock.pending).to.equal(0));

  it('shows each step, what it says and what came out, with the time since the start and its own', async () => {
    const cluster = async (): Promise<string> => {
      await clock.advance(65_000);
      return 'https://127.0.0.1:6443';
    };
    await steps.run('cluster', cluster, (server) => server);
    await steps.run('operator', async ({ say }) => {
      say('waiting for its pod');
      await clock.advance(2_500);
    });
    const told = [
      '0.0 s  • cluster',
      '20.0 s    cluster: still at it after 20.0 s',
      '40.0 s    cluster: still at it after 40.0 s',
      '1 min 00 s    cluster: still at it after 1 min 00 s',
      '1 min 05 s  ✓ cluster: https://127.0.0.1:6443 (1 min 05 s)',
      '1 min 05 s  • operator',
      '1 min 05 s    operator: waiting for its pod',
      '1 min 07 s  ✓ operator (2.5 s)',
    ];
    expect(shown).to.deep.equal(told);
    expect(kept, 'the log').to.deep.equal(told);
  });

  it('drops what is said again, and keeps notes for the log', async () => {
    await steps.run('images', async ({ say, note }) => {
      for (const line of ['redis: making', 'redis: making', 'redis: made', 'redis: making']) say(line);
      note('Get:1 trixie/main redis-server');
      await clock.advance(100);
    });
    expect(shown.filter((line) => line.includes('redis'))).to.deep.equal([
      '0.0 s    images: redis: making',
      '0.0 s    images: redis: made',
      '0.0 s    images: redis: making',
    ]);
    expect(kept).to.include('Get:1 trixie/main redis-server');
  });

  it('says after every 20 s of silence that it is still at it, with the last it has heard', async () => {
    await steps.run('images', async ({ say, note }) => {
      await clock.advance(15_000);
      say('redis: making its root file system');
      await clock.advance(19_999);
      note('Setting up redis-server');
      await clock.advance(1);
      await clock.advance(19_000);
      say('redis: made');
      await clock.advance(20_000);
    });
    expect(shown.filter((line) => line.includes('still'))).to.deep.equal([
      '35.0 s    images: still at it after 35.0 s, now: Setting up redis-server',
      '1 min 14 s    images: still at it after 1 min 14 s, now: redis: made',
    ]);
  });

  it('fails with the name of the step and the reason, and never says that it is done', async () => {
    const cause = new Error('no space left');
    const failed = await steps.run('images', () => Promise.reject(cause)).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(StepError).and.to.include({ step: 'images', message: 'no space left', cause });
    expect(shown).to.deep.equal(['0.0 s  • images']);
  });

  it('runs two side by side; the one that waits for the other fails with that one', async () => {
    const starting = steps.run('cluster', async ({ say }) => {
      say('making kubelet');
      await clock.advance(1_000);
      throw new Error('this machine offers no cgroups');
    });
    const images = steps.run('images', async ({ say }) => {
      say('redis: making');
      await starting;
    });
    const [first, second] = await Promise.allSettled([starting, images]);
    expect(shown).to.deep.equal([
      '0.0 s  • cluster',
      '0.0 s    cluster: making kubelet',
      '0.0 s  • images',
      '0.0 s    images: redis: making',
    ]);
    expect(first).to.have.property('reason').that.includes({ step: 'cluster' });
    expect(second).to.have.property('reason', (first as PromiseRejectedResult).reason);
  });
});
