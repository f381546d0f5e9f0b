import { expect } from 'chai';
import { runToEnd } from '../running/container.ts';
import type { Container } from '../running/container.ts';
import type { Bench, Contract } from './contract.ts';
import { answers, declares, endsOnTerm, runsAnyCommand } from './contract.ts';

const user = 999;

/** As the operator runs it: read-only root, a configuration file, /data writable. */
async function server(bench: Bench): Promise<Container> {
  const files = { '/etc/redis/redis.conf': 'dir /data\nmaxmemory 20mb\nsave ""\n' };
  const args = ['redis-server', '/etc/redis/redis.conf'];
  const container = await bench.shared('server', () => ({ user, scratch: ['/data'], files, args }));
  await answers(container, ['redis-cli', 'ping'], 'PONG');
  return container;
}

export const redis: Contract = {
  reference: 'redis:8.0',
  points: [
    declares('port 6379, volume `/data`, started as root unless told otherwise', {
      user: '',
      ports: ['6379/tcp'],
      volumes: ['/data'],
    }),
    {
      says: 'user and group `redis` are 999:999 and own `/data`, which is the working folder',
      async check({ image }) {
        const asked = ['sh', '-c', 'id -u redis; id -g redis; stat -c %u:%g /data; pwd'];
        const { output } = await runToEnd(image, { user, args: asked });
        expect(output).to.equal('999\n999\n999:999\n/data\n');
      },
    },
    {
      says: 'serves with a read-only root, as 999 and with a configuration file as argument',
      async check(bench) {
        await answers(await server(bench), ['redis-cli', 'config', 'get', 'maxmemory'], '20971520');
      },
    },
    {
      says: 'protected mode is off by default and can be turned on; any user id serves',
      async check(bench) {
        await answers(await server(bench), ['redis-cli', 'config', 'get', 'protected-mode'], '\nno');
        const guarded = await bench.shared('guarded', () => ({
          user: 12345,
          scratch: ['/data'],
          args: ['--protected-mode', 'yes'],
        }));
        await answers(guarded, ['redis-cli', 'config', 'get', 'protected-mode'], '\nyes');
      },
    },
    {
      says: "arguments that begin with `-`, or end in `.conf`, are redis-server's",
      async check(bench) {
        const container = await bench.shared('arguments', () => ({
          user,
          scratch: ['/data'],
          args: ['--port', '7000'],
        }));
        await answers(container, ['redis-cli', '-p', '7000', 'ping'], 'PONG');
      },
    },
    runsAnyCommand({ user }),
    {
      says: 'started as root, it gives `/data` to redis and serves as redis',
      async check(bench) {
        const container = await bench.shared('root', () => ({ user: 0, writable: true }));
        await answers(container, ['redis-cli', 'ping'], 'PONG');
        const { output } = await container.exec(['sh', '-c', 'stat -c %u /proc/1']);
        expect(output).to.equal('999\n');
      },
    },
    {
      says: 'SIGTERM ends it with 0 within 10 s',
      async check(bench) {
        await endsOnTerm(await server(bench), 0, 10);
      },
    },
  ],
  notKept: ['the modules bundled with 8.x (search, JSON, time series, Bloom filters)'],
};
