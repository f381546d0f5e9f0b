import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { until } from '../../until.ts';
import { Processes } from './processes.ts';
import type { ProcessStatus } from './processes.ts';
import { temporaryFolder } from '../host/temporary.ts';

const PATIENCE = { seconds: 8, hint: 'see the test' };

describe('the programs of a cluster', () => {
  let folder = '';
  let lines: string[] = [];
  let processes: Processes;

  beforeEach(async () => {
    folder = temporaryFolder('processes');
    lines = [];
    processes = new Processes(folder, (line) => lines.push(line));
    await processes.start({
      name: 'server',
      command: 'sh',
      args: ['-c', 'echo begun; exec sleep 1000'],
      ready: () => Promise.resolve(readFileSync(join(folder, 'server.log'), 'utf8').startsWith('begun')),
    });
  });

  afterEach(async () => {
    await processes.kill('server');
    rmSync(folder, { recursive: true });
  });

  const server = (): ProcessStatus => {
    const [status] = processes.list();
    if (status === undefined) throw new Error('nothing was started');
    return status;
  };

  it('are started again when they die, and it is said', async () => {
    const { pid } = server();
    process.kill(pid ?? 0, 'SIGKILL');
    await until('a new process', () => server().pid !== pid && server().pid !== undefined, PATIENCE);
    expect(server().restarts).to.equal(1);
    expect(lines.join()).to.include('server ended with SIGKILL and is started again; see ');
    await until('both began', () => readFileSync(join(folder, 'server.log'), 'utf8') === 'begun\nbegun\n', PATIENCE);
  });

  it('stay down after a test killed them, until they are restarted', async () => {
    await processes.kill('server');
    expect(server().pid).to.equal(undefined);
    expect(await processes.pause('server').catch(String)).to.include('server does not run');
    await processes.restart('server');
    expect(server().pid).to.be.a('number');
    expect(lines).to.deep.equal([]);
  });

  it('are frozen and thawed, and can be ended while frozen', async () => {
    const state = (): string => readFileSync(`/proc/${server().pid ?? 0}/stat`, 'utf8').replace(/.*\) (.).*/s, '$1');
    await processes.pause('server');
    expect(state()).to.equal('T');
    expect(server().paused).to.equal(true);
    processes.resume('server');
    await until('thawed', () => state() !== 'T', PATIENCE);
    await processes.pause('server');
    await processes.restart('server');
    expect(server()).to.deep.include({ paused: false, restarts: 1 });
  });

  it('that die again and again before they are ready are given up, with the end of their log', async () => {
    const program = { name: 'broken', command: 'sh', args: ['-c', 'echo no such flag; exit 3'] };
    const start = processes.start({ ...program, ready: () => Promise.resolve(false) });
    const message = await start.catch(String);
    expect(message).to.match(/broken ended 3 times while it started; the end of .*broken\.log:\n(no such flag\n?)+/);
  });

  it('that cannot be found are told', async () => {
    const start = processes.start({
      name: 'absent',
      command: '/absent',
      args: [],
      ready: () => Promise.resolve(false),
    });
    expect(await start.catch(String)).to.include('absent ended 3 times');
    expect(lines.join()).to.include('absent could not be started: spawn /absent ENOENT');
  });
});
