/** The `topic` command on real brokers. */
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { until } from '../../until.ts';
import { startKafka } from '../../stores/kafka.ts';
import type { Kafka } from '../../stores/kafka.ts';
import { runToEnd } from '../harness/service.ts';
import type { Ended } from '../harness/service.ts';

for (const version of ['3.9.2', '4.2.1'] as const) {
  describe(`topic command, Kafka ${version}`, function () {
    this.timeout(300_000);
    let kafka: Kafka;
    let admin: Admin;

    before(async () => {
      kafka = await startKafka({ version });
      admin = new kafkajs.Kafka({ brokers: [...kafka.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING }).admin();
      await admin.connect();
    });

    after(async () => {
      await admin.disconnect();
      await kafka.stop();
    });

    it('makes the topic as asked', async () => {
      await topic({ KAFKA_TOPIC_PARTITIONS: '2', KAFKA_TOPIC_RETENTION: '1h' });
      await shows('2 partitions', async () => expect(await partitions()).to.equal(2));
      await shows('retention.ms', async () => expect(await setting('retention.ms')).to.equal('3600000'));
    });

    it('changes nothing the second time', async () => {
      const { stdout } = await topic({ KAFKA_TOPIC_PARTITIONS: '2', KAFKA_TOPIC_RETENTION: '1h', LOG_LEVEL: 'info' });
      expect(stdout).to.equal('');
    });

    it('adds partitions, alters the retention and keeps the settings of others', async () => {
      const configEntries = [
        { name: 'max.message.bytes', value: '123456' },
        { name: 'retention.ms', value: '3600000' },
      ];
      const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: 'memo_events', configEntries };
      await admin.alterConfigs({ validateOnly: false, resources: [resource] });
      await topic({ KAFKA_TOPIC_PARTITIONS: '5', KAFKA_TOPIC_RETENTION: '2h' });
      await shows('5 partitions', async () => expect(await partitions()).to.equal(5));
      await shows('retention.ms', async () => expect(await setting('retention.ms')).to.equal('7200000'));
      await shows('max.message.bytes', async () => expect(await setting('max.message.bytes')).to.equal('123456'));
    });

    it('never takes partitions away, and says so', async () => {
      const { stdout } = await topic({ KAFKA_TOPIC_PARTITIONS: '1', KAFKA_TOPIC_RETENTION: '2h' });
      expect(stdout).to.contain('never shrinks');
      expect(await partitions()).to.equal(5);
    });

    it('waits for no more in-sync replicas than an existing topic has', async () => {
      await topic({ KAFKA_TOPIC_REPLICATION_FACTOR: '3', KAFKA_TOPIC_MIN_INSYNC_REPLICAS: '2' });
      expect(await setting('min.insync.replicas')).to.equal('1');
      expect(await setting('max.message.bytes')).to.equal('123456');
    });

    it('alters nothing where the topic is of others, and says what is otherwise than asked', async () => {
      const asked = { KAFKA_TOPIC_PARTITIONS: '7', KAFKA_TOPIC_REPLICATION_FACTOR: '3', KAFKA_TOPIC_RETENTION: '4h' };
      const before = [await partitions(), await setting('retention.ms')];
      const { stdout } = await topic({ ...asked, KAFKA_TOPIC_ALTER: 'false', LOG_LEVEL: 'info' });
      expect(stdout).to.contain('stays as its owner made it');
      expect(stdout).to.contain('partitions 5 and not 7');
      expect(stdout).to.contain('copies 1 and not 3');
      expect(stdout).to.match(/retention\.ms \d+ and not 14400000/);
      expect([await partitions(), await setting('retention.ms')]).to.deep.equal(before);
    });

    it('says nothing of a topic of others that is as asked', async () => {
      await topic({ KAFKA_TOPIC_PARTITIONS: '5', KAFKA_TOPIC_RETENTION: '4h' });
      const asked = { KAFKA_TOPIC_PARTITIONS: '5', KAFKA_TOPIC_REPLICATION_FACTOR: '1', KAFKA_TOPIC_RETENTION: '4h' };
      const { stdout } = await topic({ ...asked, KAFKA_TOPIC_ALTER: 'false', LOG_LEVEL: 'info' });
      expect(stdout).to.equal('');
    });

    it('waits for a broker that is not up yet', async () => {
      await kafka.brokers[0]?.kill();
      const waiting = topic({ KAFKA_TOPIC: 'later' });
      await kafka.brokers[0]?.restart();
      await waiting;
      expect(await admin.listTopics()).to.include('later');
    });

    async function topic(env: Record<string, string>): Promise<Ended> {
      const ended = await runToEnd('topic', { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','), ...env });
      expect(ended.status, ended.stderr).to.equal(0);
      return ended;
    }

    /** A broker shows what the controller has taken a moment later. */
    async function shows(what: string, check: () => Promise<unknown>): Promise<void> {
      await until(what, async () => {
        await check();
        return true;
      });
    }

    async function partitions(): Promise<number> {
      const { topics } = await admin.fetchTopicMetadata({ topics: ['memo_events'] });
      return topics[0]?.partitions.length ?? 0;
    }

    async function setting(name: string): Promise<string | undefined> {
      const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: 'memo_events' }];
      const found = await admin.describeConfigs({ includeSynonyms: false, resources });
      return found.resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue;
    }
  });
}

describe('topic command, three brokers that wait for two copies', function () {
  this.timeout(300_000);
  let kafka: Kafka;

  before(async () => {
    kafka = await startKafka({ version: '4.2.1', brokers: 3, settings: { 'min.insync.replicas': '2' } });
  });

  after(async () => await kafka.stop());

  it('lets events go on with one broker away, where a topic has two copies and waits for one', async () => {
    const { status, stderr } = await runToEnd('topic', {
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','),
      KAFKA_TOPIC_PARTITIONS: '3',
      KAFKA_TOPIC_REPLICATION_FACTOR: '2',
      KAFKA_TOPIC_MIN_INSYNC_REPLICAS: '1',
    });
    expect(status, stderr).to.equal(0);
    await kafka.brokers[2]?.kill();
    const client = new kafkajs.Kafka({
      brokers: kafka.bootstrapServers.slice(0, 2),
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries: 0 },
    });
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = [0, 1, 2].map((partition) => ({ partition, value: 'memo' }));
    await until(
      'every partition takes an event',
      async () => await producer.send({ topic: 'memo_events', acks: -1, messages }),
      { seconds: 60, hint: 'see the brokers' },
    );
    await producer.disconnect();
  });
});

describe('topic command, an account that may write and read no settings', function () {
  this.timeout(300_000);
  let kafka: Kafka;

  before(async () => {
    const settings = {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': 'true',
    };
    kafka = await startKafka({ version: '4.2.1', settings });
    const admin = new kafkajs.Kafka({ brokers: [...kafka.bootstrapServers] }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'memo_events', numPartitions: 1 }] });
    // From now on this alone is allowed on it.
    const acl = {
      resourceType: kafkajs.AclResourceTypes.TOPIC,
      resourceName: 'memo_events',
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
      principal: 'User:ANONYMOUS',
      host: '*',
      operation: kafkajs.AclOperationTypes.WRITE,
      permissionType: kafkajs.AclPermissionTypes.ALLOW,
    };
    await admin.createAcls({ acl: [acl] });
    await admin.disconnect();
  });

  after(async () => await kafka.stop());

  it('takes a topic of others as it is', async () => {
    const { status, stderr, stdout } = await runToEnd('topic', {
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','),
      KAFKA_TOPIC_ALTER: 'false',
      LOG_LEVEL: 'info',
    });
    expect(status, stderr).to.equal(0);
    expect(stdout).to.contain('partitions 1 and not 3, settings unknown');
  });
});
