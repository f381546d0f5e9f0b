import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { withLock } from './lock.ts';
import { temporaryFolder } from './temporary.ts';

describe('the lock between processes', () => {
  let folder = '';
  before(() => (folder = temporaryFolder('lock')));
  after(() => rmSync(folder, { recursive: true }));

  it('lets one in at a time', async () => {
    const path = join(folder, 'turns');
    let inside = 0;
    let most = 0;
    const turn = async (): Promise<void> =>
      await withLock(path, ignore, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      });
    await Promise.all([turn(), turn(), turn(), turn()]);
    expect(most).to.equal(1);
  });

  it('is free again after a failure, which is passed on', async () => {
    const path = join(folder, 'failure');
    const failing = withLock(path, ignore, () => Promise.reject(new Error('broken')));
    expect(await failing.catch(String)).to.equal('Error: broken');
    expect(await withLock(path, ignore, () => Promise.resolve('free'))).to.equal('free');
  });

  it('is free again when its holder is killed, and tells who waits', async () => {
    const path = join(folder, 'killed');
    const program = `
      import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
      await withLock(${JSON.stringify(path)}, () => {}, async () => {
        process.stdout.write('held');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    let told: (line: string) => void = ignore;
    const notice = new Promise<string>((resolve) => (told = resolve));
    const waiting = withLock(
      path,
      (line) => told(line),
      () => Promise.resolve('mine'),
    );
    expect(await notice).to.include(path);
    holder.kill('SIGKILL');
    expect(await waiting).to.equal('mine');
  });
});

function ignore(): void {
  // Nobody listens.
}
