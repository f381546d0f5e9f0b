import { expect } from 'chai';
import { runToEnd } from '../running/container.ts';
import type { Container } from '../running/container.ts';
import type { Bench, Contract, Point } from './contract.ts';
import { answers, declares, endsOnTerm, runsAnyCommand } from './contract.ts';
import { quorum, startupProbe } from './rendered.ts';

const user = 1000;
const bin = '/opt/kafka/bin';
const heap = { KAFKA_HEAP_OPTS: '-Xms192m -Xmx192m' };
const clusterId = Buffer.from('memoapp-contract').toString('base64url');
/** Where the operator gives a broker with a read-only root something to write to. */
const scratch = ['/opt/kafka/config', '/opt/kafka/logs', '/tmp', '/var/lib/kafka/data'];

/** One combined node, by environment alone, as the operator runs it. */
const node = {
  ...heap,
  CLUSTER_ID: clusterId,
  KAFKA_NODE_ID: '7',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_LISTENERS: 'BROKER://:9092,CONTROLLER://:9093',
  KAFKA_ADVERTISED_LISTENERS: 'BROKER://localhost:9092',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'BROKER',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '7@localhost:9093',
  KAFKA_LOG_DIRS: '/var/lib/kafka/data/logs',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  // A property with `_` and one with `-` in its name: both are told apart from those with dots.
  KAFKA_MEMO__UNDERSCORE: 'one',
  KAFKA_MEMO___DASH: 'two',
};

async function broker(bench: Bench): Promise<Container> {
  const container = await bench.shared('broker', () => ({ user, env: node, scratch }));
  await logged(container);
  return container;
}

/** The broker says so itself, once it takes requests. */
async function logged(container: Container): Promise<void> {
  await answers(container, ['sh', '-c', 'cat /opt/kafka/logs/server.log'], 'Kafka Server started');
}

/** @param more what one line alone promises, and the other images that it takes */
export function kafka(
  reference: string,
  more: { points: Point[]; needs: string[] } = { points: [], needs: [] },
): Contract {
  return {
    reference,
    needs: more.needs,
    points: [
      declares(
        'port 9092, volumes `/etc/kafka/secrets`, `/var/lib/kafka/data` and `/mnt/shared/config`, started as `appuser`',
        {
          user: 'appuser',
          ports: ['9092/tcp'],
          volumes: ['/etc/kafka/secrets', '/var/lib/kafka/data', '/mnt/shared/config'],
        },
      ),
      {
        says: 'user and group `appuser` are 1000:1000 and own `/opt/kafka`; `/var/lib/kafka/data` and `/etc/kafka` are theirs to write',
        async check({ image }) {
          const owned =
            'stat -c %u:%g /opt/kafka /opt/kafka/config && test -w /var/lib/kafka/data && test -w /etc/kafka/docker';
          const { output, status } = await runToEnd(image, {
            user,
            writable: true,
            args: ['sh', '-c', `id -u appuser; id -g appuser; ${owned}`],
          });
          expect({ status, output }).to.deep.equal({ status: 0, output: '1000\n1000\n1000:1000\n1000:1000\n' });
        },
      },
      {
        says: 'with a read-only root it serves in KRaft, configured by its environment; `/opt/kafka/config` must be writable and may be empty',
        async check(bench) {
          await broker(bench);
        },
      },
      ...configuration,
      {
        says: '`kafka-topics.sh`, `kafka-console-producer.sh` and `kafka-console-consumer.sh` in `/opt/kafka/bin` work against it',
        async check(bench) {
          await carriesRecord(await broker(bench));
        },
      },
      {
        says: 'what the operator asks several brokers by is there: `bash`, `timeout`, `awk`, `grep`, `kafka-topics.sh` and `kafka-broker-api-versions.sh`',
        async check(bench) {
          const started = startupProbe(await quorum(3), 'events');
          const { status, output } = await (await broker(bench)).exec(['env', 'POD_INDEX=7', ...started]);
          expect({ status, output }).to.deep.equal({ status: 0, output: '' });
        },
      },
      ...more.points,
      {
        says: 'without `KAFKA_*` it serves as one combined node on 9092',
        async check(bench) {
          const container = await bench.shared('defaults', () => ({ user, writable: true, env: heap }));
          await logged(container);
          expect(container.logs()).to.include('5L6g3nShT-eMCtK--X86sw');
          await endsOnTerm(container, 143, 20);
        },
      },
      {
        says: 'a controller with advertised listeners of its own making is refused by name',
        async check({ image }) {
          const env = { ...heap, KAFKA_PROCESS_ROLES: 'controller', KAFKA_ADVERTISED_LISTENERS: 'CONTROLLER://x:9093' };
          const { status, output } = await runToEnd(image, { user, writable: true, env });
          expect(status).to.equal(1);
          expect(output).to.include('KAFKA_ADVERTISED_LISTENERS is not supported on a KRaft controller');
        },
      },
      runsAnyCommand({ user }),
      {
        says: 'SIGTERM ends it with 143 within 20 s, in order',
        async check(bench) {
          const container = await broker(bench);
          await endsOnTerm(container, 143, 20);
          expect(container.logs()).to.match(/shut ?down completed/i);
        },
      },
    ],
    notKept: [
      'Alpine and its package manager: the stand-in is Debian with OpenJDK 21',
      'the native image (`apache/kafka-native`)',
      'the command-line tools that are not named above',
      'SSL and SASL settings by `KAFKA_SSL_*_FILENAME` and their checks at the start',
    ],
  };
}

const configuration: readonly Point[] = [
  {
    says: '`KAFKA_*` become properties: `_` to `.`, `__` to `_`, `___` to `-`; `KAFKA_HEAP_OPTS` does not',
    async check(bench) {
      const { output } = await (await broker(bench)).exec(['cat', '/opt/kafka/config/server.properties']);
      const lines = output.split('\n');
      expect(lines).to.include.members([
        'node.id=7',
        'memo_underscore=one',
        'memo-dash=two',
        'log.dirs=/var/lib/kafka/data/logs',
      ]);
      expect(output).not.to.include('heap.opts');
    },
  },
  {
    says: "`KAFKA_HEAP_OPTS` are the JVM's",
    async check(bench) {
      const { output } = await (await broker(bench)).exec(['sh', '-c', 'tr "\\0" " " </proc/1/cmdline']);
      expect(output).to.include('-Xmx192m').and.not.to.include('-Xmx1G');
    },
  },
  {
    says: '`CLUSTER_ID` is the id that the storage is formatted with',
    async check(bench) {
      const { output } = await (await broker(bench)).exec(['cat', '/var/lib/kafka/data/logs/meta.properties']);
      expect(output).to.include(`cluster.id=${clusterId}`);
    },
  },
];

/** A record of a new topic that is written and read by the image's own tools. */
export async function carriesRecord(container: Container): Promise<void> {
  const at = '--bootstrap-server localhost:9092';
  // Short lives: little is worth compiling well, and a consumer without a group waits for nobody to join.
  const script = `set -e; cd ${bin}; unset KAFKA_HEAP_OPTS
    export KAFKA_JVM_PERFORMANCE_OPTS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
    ./kafka-topics.sh ${at} --create --topic memos
    echo 안녕 | ./kafka-console-producer.sh ${at} --topic memos
    ./kafka-console-consumer.sh ${at} --topic memos --partition 0 --offset earliest --max-messages 1 --timeout-ms 20000`;
  const { status, output } = await container.exec(['bash', '-c', script]);
  expect(status, output).to.equal(0);
  expect(output).to.include('Created topic memos').and.to.include('안녕');
}
