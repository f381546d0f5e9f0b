import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { expect } from 'chai';

import { processesIn } from '../host/cgroups.ts';
import { run } from '../host/command.ts';
import { until } from '../../until.ts';
import { groupOf, readRecord } from '../state.ts';
import type { Rung } from '../state.ts';
import { usePrivateState } from './private-state.ts';
import { contentOf } from '../host/content.ts';
import { machineState, traces } from './traces.ts';
import type { MachineState } from './traces.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const STARTER = join(import.meta.dirname, 'starter.ts');
const PATIENCE = { seconds: 30, hint: 'something of the cluster outlived it' };

/** Every way in which a cluster's processes can die leaves a machine as it was. */
describe('the end of a cluster', function () {
  this.timeout(120_000);
  usePrivateState();
  let machine: MachineState;

  before(async () => {
    machine = await machineState();
  });

  afterEach(async () => {
    await cluster('down', '--all');
  });

  it('comes with `down`, which may be called again', async () => {
    expect(await cluster('up', '--name', 'plain', '--rung', '1')).to.match(
      /^export KUBECONFIG=\/.*\/plain\/kubeconfig$/,
    );
    expect(await cluster('up', '--name', 'plain', '--rung', '1')).to.include('KUBECONFIG');
    expect(await cluster('status')).to.match(/^plain: rung 1, ready, https:\/\/127\.0\.0\.1:\d+\n {2}etcd +running/);
    await cluster('down', '--name', 'plain');
    expect(traces('plain')).to.deep.equal([]);
    await cluster('down', '--name', 'plain');
    expect(await machineState()).to.deep.equal(machine);
  });

  it('follows a starter that is killed', async () => {
    const starter = await started('orphan', 3);
    starter.kill('SIGKILL');
    await vanished('orphan');
    expect(await machineState()).to.deep.equal(machine);
  });

  it('follows a starter that ends without stopping it', async () => {
    const starter = await started('forgotten', 1);
    starter.stdin?.end();
    await once(starter, 'exit');
    await vanished('forgotten');
  });

  it('comes when its supervisor is killed; `down` clears the logs', async () => {
    await cluster('up', '--name', 'headless', '--rung', '3');
    const [supervisor] = commandLines('headless', 'supervisor.ts');
    process.kill(supervisor ?? 0, 'SIGKILL');
    await until('the keeper notes it', () => readRecord('headless')?.phase === 'failed', PATIENCE);
    await until('its processes are gone', () => processesIn(groupOf('headless')).length === 0, PATIENCE);
    expect(await cluster('status')).to.match(/^headless: dead \(the supervisor ended with .*logs are in /);
    await cluster('down', '--name', 'headless');
    expect(traces('headless')).to.deep.equal([]);
    expect(await machineState()).to.deep.equal(machine);
  });

  it('comes when its keeper is killed; `up` of any name clears what stayed', async () => {
    await cluster('up', '--name', 'unkept', '--rung', '3');
    process.kill(readRecord('unkept')?.keeper.pid ?? 0, 'SIGKILL');
    await until('its processes are gone', () => processesIn(groupOf('unkept')).length === 0, PATIENCE);
    expect(traces('unkept').join()).to.match(/^cgroup unkept.*folder /);
    await cluster('up', '--name', 'next', '--rung', '1');
    expect(traces('unkept')).to.deep.equal([]);
    await cluster('down', '--name', 'next');
    expect(await machineState()).to.deep.equal(machine);
  });

  it('is complete after everything was killed at once and `down`', async () => {
    await cluster('up', '--name', 'massacre', '--rung', '3');
    const all = [readRecord('massacre')?.keeper.pid ?? 0, ...processesIn(groupOf('massacre'))];
    for (const pid of all) killIfThere(pid);
    await cluster('down', '--name', 'massacre');
    expect(traces('massacre')).to.deep.equal([]);
    expect(await machineState()).to.deep.equal(machine);
  });

  it('comes when the start is interrupted', async () => {
    const starter = spawn(process.execPath, [MAIN, 'up', '--name', 'hasty', '--rung', '3'], { stdio: 'ignore' });
    await until('the start has begun', () => processesIn(groupOf('hasty')).length > 3, PATIENCE);
    starter.kill('SIGINT');
    await vanished('hasty');
  });
});

async function cluster(...args: readonly string[]): Promise<string> {
  return await run(process.execPath, [MAIN, ...args]);
}

/** A process that holds a cluster as a test does. */
async function started(name: string, rung: Rung): Promise<ChildProcess> {
  const starter = spawn(process.execPath, [STARTER, name, String(rung)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [word] = (await once(starter.stdout, 'data')) as [Buffer];
  expect(word.toString()).to.equal('ready\n');
  return starter;
}

async function vanished(name: string): Promise<void> {
  await until(`${name} gone: ${traces(name).join(', ')}`, () => traces(name).length === 0, PATIENCE);
}

/** Processes of ours in the cluster whose command line has the word. */
function commandLines(name: string, word: string): number[] {
  return processesIn(groupOf(name)).filter((pid) => {
    return (
      /^(node|MainThread)/.test(contentOf(`/proc/${pid}/comm`)) && contentOf(`/proc/${pid}/cmdline`).includes(word)
    );
  });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went down with one that was killed before it.
  }
}
