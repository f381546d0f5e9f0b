import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { sweepTemporaryFolders, temporaryFolder } from './temporary.ts';

describe('a temporary folder', () => {
  it('of a process that was killed goes with the next sweep, and no other', async () => {
    const program = `import { temporaryFolder } from '${join(import.meta.dirname, 'temporary.ts')}';
      console.log(temporaryFolder('orphan'));
      setInterval(() => undefined, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const theirs = String((await once(owner.stdout, 'data'))[0]).trim();
    const ours = temporaryFolder('ours');
    const seen = (): boolean[] => [existsSync(theirs), existsSync(ours)];
    sweepTemporaryFolders();
    const before = seen();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    sweepTemporaryFolders();
    const after = seen();
    rmSync(ours, { recursive: true, force: true });
    expect(before, 'while its owner lives').to.deep.equal([true, true]);
    expect(after, 'and when it is gone').to.deep.equal([false, true]);
  });
});
