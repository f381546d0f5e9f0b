import { expect } from 'chai';
import { createAuthority } from '../../../test/cluster/certificates/certificate.ts';
import { faultsOf, noFiles } from '../../../test/service/harness/faults.ts';
import { parseMigrationConfig, parseTopicConfig } from '../config.ts';

const URL = 'mysql://memo:secret@db:3306/memo_app';
const authority = createAuthority('somebody').certificate.trim();

describe('the configuration of the stores', () => {
  for (const [what, environment, variable] of [
    ['nobody who asks the database', { DATABASE_URL: 'mysql://db/memos' }, 'DATABASE_USERNAME'],
    ['a port that the network does not have', { DATABASE_URL: 'mysql://memo@db:99999/memos' }, 'DATABASE_URL'],
    ['the port of a database that is none', { DATABASE_URL: 'mysql://memo@db:0/memos' }, 'DATABASE_URL'],
    ['an address of a database that is none', { DATABASE_URL: 'mysql://memo@[dead:beef:]/memos' }, 'DATABASE_URL'],
    ['two users', { DATABASE_URL: URL, DATABASE_USERNAME: 'other' }, 'DATABASE_USERNAME'],
    ['two passwords', { REDIS_URL: 'redis://:one@r', REDIS_PASSWORD: 'two' }, 'REDIS_PASSWORD'],
    ['an authority for plain text', { DATABASE_TLS_CA: authority }, 'DATABASE_TLS_CA'],
    ['an authority for redis://', { REDIS_URL: 'redis://r', REDIS_TLS_CA: authority }, 'REDIS_TLS_CA'],
    ['a check of certificates for redis://', { REDIS_URL: 'redis://r', REDIS_TLS: 'VerifyFull' }, 'REDIS_TLS'],
    ['a user of no Redis', { REDIS_USERNAME: 'memo' }, 'REDIS_USERNAME'],
    ['a password of no Redis', { REDIS_PASSWORD: 'secret' }, 'REDIS_PASSWORD'],
    ['TLS to no Redis', { REDIS_TLS: 'VerifyCA' }, 'REDIS_TLS'],
    ['an authority for no Redis', { REDIS_TLS_CA: authority }, 'REDIS_TLS_CA'],
    ['a time in no cache', { CACHE_TTL: '60s' }, 'CACHE_TTL'],
    ['TLS to no Kafka', { KAFKA_TLS: 'VerifyFull' }, 'KAFKA_TLS'],
    ['a topic of no Kafka', { KAFKA_TOPIC: 'notes' }, 'KAFKA_TOPIC'],
    ['a topic to be made in no Kafka', { KAFKA_TOPIC_CREATE: 'true' }, 'KAFKA_TOPIC_CREATE'],
    ['an authority that is none', { KAFKA_TLS: 'VerifyFull', KAFKA_TLS_CA: 'trust me' }, 'KAFKA_TLS_CA'],
    ['a user of Kafka without a password', { KAFKA_SASL_USERNAME: 'memo' }, 'KAFKA_SASL_MECHANISM'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(faultsOf({ DATABASE_URL: URL, ...environment })[0]?.variable).to.equal(variable);
    });
  }

  it('says what to write for a Redis that is half configured, and once what is wrong with its URL', () => {
    expect(faultsOf({ DATABASE_URL: URL, REDIS_URL: 'redis://r', REDIS_TLS: 'VerifyFull' })).to.deep.equal([
      {
        variable: 'REDIS_TLS',
        fault: 'is set, and TLS is not spoken',
        fix: 'write REDIS_URL with rediss://, or remove it',
      },
    ]);
    expect(faultsOf({ DATABASE_URL: URL, REDIS_PASSWORD: 'secret' })[0]?.fix).to.match(/^set REDIS_URL to redis:/);
    const faulty = { DATABASE_URL: URL, REDIS_URL: 'http://r', REDIS_PASSWORD: 'secret' };
    expect(faultsOf(faulty).map(({ variable }) => variable)).to.deep.equal(['REDIS_URL']);
  });

  it('says what to write for a Kafka whose brokers are not named, and asks for them where they are used only', () => {
    const mistyped = {
      DATABASE_URL: URL,
      KAFKA_BOOTSTRAP_SERVER: 'kafka:9092',
      KAFKA_TOPIC: 'notes',
      CACHE_TTL: '60s',
    };
    expect(faultsOf(mistyped)).to.deep.equal([
      {
        variable: 'CACHE_TTL',
        fault: 'is set, and REDIS_URL is not',
        fix: 'set REDIS_URL to redis://:password@host:6379/0, or remove it',
      },
      {
        variable: 'KAFKA_TOPIC',
        fault: 'is set, and KAFKA_BOOTSTRAP_SERVERS is not',
        fix: 'set KAFKA_BOOTSTRAP_SERVERS to host:9092,host:9092, or remove it',
      },
    ]);
    expect(parseMigrationConfig(mistyped, noFiles)).not.to.have.any.keys('cache', 'events');
    const topic = { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092', CACHE_TTL: '60s' };
    expect(parseTopicConfig(topic, noFiles)).not.to.have.any.keys('cache');
    const faulty = { DATABASE_URL: URL, KAFKA_BOOTSTRAP_SERVERS: 'kafka:x', KAFKA_TLS: 'VerifyFull' };
    expect(faultsOf(faulty).map(({ variable }) => variable)).to.deep.equal(['KAFKA_BOOTSTRAP_SERVERS']);
    expect(faultsOf({ DATABASE_URL: URL, UPDATE_EVENTS: 'Enabled' }), 'of streams too').to.deep.equal([]);
  });
});
