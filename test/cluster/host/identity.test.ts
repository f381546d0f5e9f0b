import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'chai';

import { identify, isRunning, parseStartTime } from './identity.ts';

describe('the identity of a process', () => {
  it('holds while it runs and never again', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    const identity = identify(child.pid ?? 0);
    if (identity === undefined) throw new Error('cat does not run');
    expect(isRunning(identity)).to.equal(true);
    expect(isRunning({ ...identity, startTime: '0' })).to.equal(false);
    child.stdin.end();
    await once(child, 'exit');
    expect(isRunning(identity)).to.equal(false);
  });

  it('reads the start time whatever the program calls itself', () => {
    const rest = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20';
    expect(parseStartTime(`42 (a) b (c)) S ${rest}`)).to.equal('4711');
    expect(parseStartTime(`42 (dead) Z ${rest}`), 'a zombie').to.equal(undefined);
    expect(parseStartTime('')).to.equal(undefined);
  });
});
