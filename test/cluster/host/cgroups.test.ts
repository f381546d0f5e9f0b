import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

import { expect } from 'chai';

import {
  checkControllers,
  createGroup,
  entrances,
  hierarchies,
  listGroups,
  processesIn,
  removeGroup,
} from './cgroups.ts';

const VERSION_1 = `
33 32 0:29 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
34 33 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 33 0:31 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
36 33 0:32 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;

describe('control groups', () => {
  it('are found in both versions', () => {
    expect(hierarchies(VERSION_1)).to.deep.equal([
      { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', version: 1, options: 'cpu,cpuacct' },
      { mountPoint: '/sys/fs/cgroup/systemd', version: 1, options: 'none,xattr,name=systemd' },
      { mountPoint: '/sys/fs/cgroup/unified', version: 2, options: '' },
    ]);
    const only = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot';
    expect(hierarchies(only)).to.deep.equal([{ mountPoint: '/sys/fs/cgroup', version: 2, options: '' }]);
  });

  it('that are missing are named before anything is started', () => {
    const found = hierarchies(VERSION_1).slice(0, 2);
    expect(() => checkControllers(found)).to.throw('no cgroup controller cpuset, memory, pids');
    expect(() => checkControllers()).not.to.throw();
  });

  it('hold a process and its children, and are removed with them', async () => {
    const group = `test.${process.pid}`;
    createGroup(group);
    const shell = spawn('sh', ['-c', 'read line; sleep 1000 & wait'], { stdio: ['pipe', 'ignore', 'inherit'] });
    for (const entrance of entrances(group)) writeFileSync(entrance, String(shell.pid));
    shell.stdin.end('go\n');
    expect(processesIn(group)).to.include(shell.pid);
    expect(listGroups()).to.include(group);
    const ended = once(shell, 'exit');
    await removeGroup(group);
    await ended;
    expect(listGroups()).not.to.include(group);
    expect(processesIn(group)).to.deep.equal([]);
  });
});
