/** The part of the list that says where the stores are, who asks them, and how they prove who they are. */
import {
  boolean,
  brokers,
  certificates,
  choice,
  databaseUrl,
  duration,
  integer,
  redisUrl,
  text,
  timeZone,
  topicName,
} from './forms.ts';
import { variable } from './read.ts';

const TLS_FORM = choice(['Disabled', 'VerifyCA', 'VerifyFull']);
const TLS_WORDS = 'Disabled, VerifyCA or VerifyFull';
const CA_ABOUT = "Certificates (PEM) that the store's must be signed by. Absent: the authorities that Node knows.";

export const STORE_VARIABLES = {
  DATABASE_URL: variable({
    form: databaseUrl(),
    expects: 'mysql://user:password@host:3306/database',
    file: true,
    about:
      'MariaDB. Required by `serve` and `migrate`. `mariadb://` and the SQLAlchemy form `mysql+aiomysql://` are read too; driver options after `?` are ignored.',
  }),
  DATABASE_USERNAME: variable({
    form: text(),
    expects: 'a user name',
    file: true,
    about: 'The user, where `DATABASE_URL` names none.',
  }),
  DATABASE_PASSWORD: variable({
    form: text(),
    expects: 'a password',
    file: true,
    about: 'The password, where `DATABASE_URL` holds none.',
  }),
  DATABASE_SERVICE_USERNAME: variable({
    form: text(),
    expects: 'a user name',
    file: true,
    about:
      'The account of `serve`, for a `migrate` that has another: in the end it sees to it that this one can read and write the tables, and fails where it cannot.',
  }),
  DATABASE_SERVICE_PASSWORD: variable({
    form: text(),
    expects: 'a password',
    file: true,
    about: 'Its password.',
  }),
  DATABASE_TLS: variable({
    form: TLS_FORM,
    expects: TLS_WORDS,
    fallback: 'Disabled',
    about:
      "Speak TLS and check the certificate: that an authority has signed it, and with VerifyFull that it is the host's.",
  }),
  DATABASE_TLS_CA: variable({ form: certificates(), expects: 'certificates in PEM', file: true, about: CA_ABOUT }),
  DATABASE_POOL_MIN: variable({
    form: integer(1, 200),
    expects: 'a whole number from 1 to 200',
    fallback: '10',
    about: 'Connections kept open even when idle.',
  }),
  DATABASE_POOL_MAX: variable({
    form: integer(4, 200),
    expects: 'a whole number from 4 to 200',
    fallback: '20',
    about:
      'All connections of one pod together: requests, the event relay and the health probe. Replicas times this must stay below the `max_connections` of MariaDB.',
  }),
  DATABASE_TIME_ZONE: variable({
    form: timeZone(),
    expects: 'a time zone such as UTC or Asia/Seoul',
    fallback: 'UTC',
    about: 'The zone in which the times of rows written by the original service are read; it stored them without one.',
  }),
  REDIS_URL: variable({
    form: redisUrl(),
    expects: 'redis://:password@host:6379/0',
    file: true,
    about: 'Redis, the cache; `rediss://` speaks TLS. Absent: every read asks the database.',
  }),
  REDIS_USERNAME: variable({
    form: text(),
    expects: 'a user name',
    file: true,
    about: 'The user, where `REDIS_URL` names none.',
  }),
  REDIS_PASSWORD: variable({
    form: text(),
    expects: 'a password',
    file: true,
    about: 'The password, where `REDIS_URL` holds none.',
  }),
  REDIS_TLS: variable({
    form: choice(['VerifyCA', 'VerifyFull']),
    expects: 'VerifyCA or VerifyFull',
    about: 'How the certificate behind a `rediss://` is checked, as with `DATABASE_TLS`. Absent: VerifyFull.',
  }),
  REDIS_TLS_CA: variable({ form: certificates(), expects: 'certificates in PEM', file: true, about: CA_ABOUT }),
  CACHE_TTL: variable({
    form: duration('1s', '300s'),
    expects: 'a duration from 1s to 300s',
    fallback: '300s',
    about: 'How long a memo may stay in the cache. It is dropped at once when the memo changes.',
  }),
  KAFKA_BOOTSTRAP_SERVERS: variable({
    form: brokers(),
    expects: 'host:9092,host:9092',
    file: true,
    about:
      'Kafka brokers; an IPv6 address as `[fd00::1]:9092`, and a port that is left out is 9092. Required by `topic`. Absent: events are kept in the outbox for replay and not published.',
  }),
  KAFKA_TLS: variable({
    form: TLS_FORM,
    expects: TLS_WORDS,
    fallback: 'Disabled',
    about: 'Speak TLS to the brokers, and check their certificates as with `DATABASE_TLS`.',
  }),
  KAFKA_TLS_CA: variable({ form: certificates(), expects: 'certificates in PEM', file: true, about: CA_ABOUT }),
  KAFKA_SASL_MECHANISM: variable({
    form: choice(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
    expects: 'PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512',
    about: 'How the brokers ask who we are; needs the next two. Absent: they do not ask.',
  }),
  KAFKA_SASL_USERNAME: variable({
    form: text(),
    expects: 'a user name',
    file: true,
    about: 'The user of the brokers.',
  }),
  KAFKA_SASL_PASSWORD: variable({
    form: text(),
    expects: 'a password',
    file: true,
    about: 'The password of that user.',
  }),
  KAFKA_TOPIC: variable({
    form: topicName(),
    expects: 'a topic name of letters, digits, ".", "_" and "-"',
    fallback: 'memo_events',
    about: 'The topic of the events.',
  }),
  KAFKA_TOPIC_PARTITIONS: variable({
    form: integer(1, 1000),
    expects: 'a whole number from 1 to 1000',
    fallback: '3',
    about: 'Partitions of the topic. An existing topic is only ever given more.',
  }),
  KAFKA_TOPIC_REPLICATION_FACTOR: variable({
    form: integer(1, 10),
    expects: 'a whole number from 1 to 10',
    about:
      'Replicas of each partition when the topic is made; an existing topic keeps its own. Absent: the smaller of 3 and the brokers there are.',
  }),
  KAFKA_TOPIC_MIN_INSYNC_REPLICAS: variable({
    form: integer(1, 10),
    expects: 'a whole number from 1 to 10',
    about:
      'In-sync replicas that must have an event before it counts as sent; at most the replication factor. Absent: what the brokers or the topic have.',
  }),
  KAFKA_TOPIC_RETENTION: variable({
    form: duration('1m', '87600h'),
    expects: 'a duration from 1m to 87600h',
    fallback: '168h',
    about: 'How long Kafka keeps an event.',
  }),
  KAFKA_TOPIC_CREATE: variable({
    form: boolean(),
    expects: 'true or false',
    fallback: 'false',
    about: '`serve` makes the topic itself. Leave it off where the `topic` command is run, as under the operator.',
  }),
  KAFKA_TOPIC_ALTER: variable({
    form: boolean(),
    expects: 'true or false',
    fallback: 'true',
    about:
      'Give a topic that exists more partitions and the asked retention. Off: it stays as its owner made it, and the log says what differs.',
  }),
} as const;
