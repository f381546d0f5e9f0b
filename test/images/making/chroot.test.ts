import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { identify } from '../../cluster/host/identity.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';
import { until } from '../../until.ts';

describe('a command apart', function () {
  this.timeout(30_000);

  it('leaves no mount and no process when whoever runs it is killed', async () => {
    const folder = temporaryFolder('apart');
    const mountPoint = join(folder, 'mounted');
    mkdirSync(mountPoint);
    const script = `mount -t tmpfs tmpfs ${mountPoint}; sleep 1000 & echo mounted; wait`;
    const program = `import { runApart } from '${join(import.meta.dirname, 'chroot.ts')}';
      await runApart('sh', ['-euc', '${script}'], { log: console.log });`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    const started = descendants(parent.pid ?? 0);
    parent.kill('SIGKILL');
    expect(started, 'the shell and what it has started').to.have.length.at.least(2);
    await until('the end of all of them', () => started.every((pid) => identify(pid) === undefined), {
      seconds: 10,
      hint: `processes ${started.join(' ')}`,
    });
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.to.contain(mountPoint);
    rmSync(folder, { recursive: true });
  });
});

/** The processes that a process has started, and those that they have. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const own = children === '' ? [] : children.split(' ').map(Number);
  return own.flatMap((child) => [child, ...descendants(child)]);
}
