import { expect } from 'chai';
import { runToEnd } from '../running/container.ts';
import type { Container } from '../running/container.ts';
import type { Bench, Contract } from './contract.ts';
import { answers, declares, endsOnTerm, runsAnyCommand } from './contract.ts';
import { quorum, startupProbe } from './rendered.ts';

const user = 1000;
const scratch = ['/data', '/datalog', '/logs', '/tmp'];
const heap = { SERVER_JVMFLAGS: '-Xmx64m' };

/** Configured by its environment. */
async function configured(bench: Bench): Promise<Container> {
  const env = {
    ...heap,
    ZOO_MY_ID: '3',
    ZOO_TICK_TIME: '1500',
    ZOO_SERVERS: 'server.3=localhost:2888:3888;2181',
    ZOO_4LW_COMMANDS_WHITELIST: 'ruok,srvr',
    ZOO_CFG_EXTRA: 'metricsProvider.exportJvmInfo=false',
  };
  // A writable layer under the image's own files: they stay, as in a container without a read-only root.
  const container = await bench.shared('configured', () => ({ user, writable: true, env }));
  await answers(container, word('ruok'), 'imok');
  return container;
}

function word(letters: string): string[] {
  return ['sh', '-c', `echo ${letters} | nc -w 2 -q 1 localhost 2181`];
}

export const zookeeper: Contract = {
  reference: 'zookeeper:3.9',
  points: [
    declares(
      'ports 2181, 2888, 3888 and 8080, volumes `/data`, `/datalog` and `/logs`, started as root unless told otherwise',
      {
        user: '',
        ports: ['2181/tcp', '2888/tcp', '3888/tcp', '8080/tcp'],
        volumes: ['/data', '/datalog', '/logs'],
      },
    ),
    {
      says: 'user and group `zookeeper` are 1000:1000 and own `/conf`, `/data`, `/datalog` and `/logs`',
      async check({ image }) {
        const asked = ['sh', '-c', 'id -u zookeeper; id -g zookeeper; stat -c %u:%g /conf /data /datalog /logs | uniq'];
        const { output } = await runToEnd(image, { user, command: asked });
        expect(output).to.equal('1000\n1000\n1000:1000\n');
      },
    },
    {
      says: '`ZOO_MY_ID`, `ZOO_SERVERS`, `ZOO_TICK_TIME`, `ZOO_4LW_COMMANDS_WHITELIST` and `ZOO_CFG_EXTRA` become `myid` and `zoo.cfg`',
      async check(bench) {
        const { output } = await (await configured(bench)).exec(['sh', '-c', 'cat /data/myid /conf/zoo.cfg']);
        for (const line of [
          '3',
          'tickTime=1500',
          'server.3=localhost:2888:3888;2181',
          '4lw.commands.whitelist=ruok,srvr',
          'metricsProvider.exportJvmInfo=false',
        ]) {
          expect(output.split('\n')).to.include(line);
        }
      },
    },
    {
      says: '`zkCli.sh` and `zkServer.sh` are on the PATH',
      async check(bench) {
        const container = await configured(bench);
        await answers(container, ['sh', '-c', 'command -v zkServer.sh && zkCli.sh ls / 2>&1'], 'zookeeper');
      },
    },
    {
      says: 'the admin server answers on 8080',
      async check(bench) {
        const request = 'printf "GET /commands/ruok HTTP/1.0\\r\\n\\r\\n" | nc -w 3 -q 2 localhost 8080';
        await answers(await configured(bench), ['sh', '-c', request], '200 OK');
      },
    },
    {
      says: "serves with a read-only root and a `zoo.cfg` of the caller's, which it leaves as it is; `bash` can ask it",
      async check(bench) {
        const files = {
          '/conf/zoo.cfg': 'dataDir=/data\nclientPort=2181\n4lw.commands.whitelist=srvr\nadmin.enableServer=false\n',
        };
        const container = await bench.shared('mounted', () => ({
          user,
          scratch,
          files,
          env: { ...heap, ZOO_MY_ID: '2' },
        }));
        await answers(container, word('srvr'), 'Mode: standalone');
        const { output } = await container.exec(['cat', '/conf/zoo.cfg', '/data/myid']);
        expect(output).to.equal(`${files['/conf/zoo.cfg']}2\n`);
        const asked = await container.exec(startupProbe(await quorum(3), 'zookeeper'));
        expect(asked).to.deep.equal({ status: 0, output: '' });
        await endsOnTerm(container, 143, 10);
      },
    },
    runsAnyCommand({ user, writable: true }),
    {
      says: 'started as root, it gives its folders to zookeeper and serves as zookeeper',
      async check(bench) {
        const env = { ...heap, ZOO_4LW_COMMANDS_WHITELIST: 'ruok', ZOO_ADMINSERVER_ENABLED: 'false' };
        const container = await bench.shared('root', () => ({ user: 0, writable: true, env }));
        await answers(container, word('ruok'), 'imok');
        expect((await container.exec(['stat', '-c', '%u', '/proc/1', '/data/myid'])).output).to.equal('1000\n1000\n');
      },
    },
    {
      says: 'SIGTERM ends it with 143 within 10 s',
      async check(bench) {
        await endsOnTerm(await configured(bench), 143, 10);
      },
    },
  ],
  notKept: [
    "native TLS (Java's own is there)",
    'the Prometheus metrics provider',
    'scripts other than `zkServer.sh start-foreground` and `zkCli.sh`',
  ],
};
