/**
 * The one file that knows kafkajs: its clients with a deadline on every wait, its log lines in ours. It never tries again
 * by itself and no client outlives trouble: callers throw it away and open another (docs/adr/0004-kafka-client.md).
 */
import { connect, isIPv6 } from 'node:net';
import kafkajs from 'kafkajs';
import type { Admin, ISocketFactory, LogEntry, Message } from 'kafkajs';
import type { EventsConfig, SaslConfig } from '../../config.ts';
import type { Log } from '../../observability/log.ts';
import { tlsOptions } from '../../tls.ts';
import { within } from '../../waiting.ts';
import { KafkaSockets, secured } from './sockets.ts';
import { quietIdleConnections } from './kafkajs-idle.ts';

/** Milliseconds. */
export interface KafkaDeadlines {
  readonly connect: number;
  readonly request: number;
}

/** Kafka will never take one of these records; with several, it may be their sum that is too large. */
export class RecordsRefused extends Error {
  constructor(type: string, options?: ErrorOptions) {
    super(`Kafka refused the records: ${type}`, options);
    this.name = 'RecordsRefused';
  }
}

quietIdleConnections();

/** Where the brokers are, who asks and how they are known. */
export type Brokers = Pick<EventsConfig, 'bootstrapServers' | 'sasl' | 'tls'>;

/** Sends records to one topic, in order per key. */
export interface RecordSender {
  /**
   * Resolves when every in-sync replica has them all. After a failure some may be there and some not.
   * @param until when it ends at the latest, in milliseconds of `performance.now()`: what has not left by then never does
   * @throws RecordsRefused, or what the brokers or the network said
   */
  send(records: readonly KafkaRecord[], until: number): Promise<void>;
  /** Resolves soon, whatever the brokers do; nothing is sent from then on. */
  close(): Promise<void>;
}

export interface KafkaRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

const DEADLINES: KafkaDeadlines = { connect: 3_000, request: 10_000 };
const SEND_DEADLINES: KafkaDeadlines = { connect: 2_000, request: 4_000 };
/** How long the leader waits for its replicas before it says that they are too few. */
const REPLICATION_MS = 3_000;
const TAKE_LEAVE_MS = 300;
/** What the brokers say of records, and not of themselves, of the clock that these bear the time of, or of how they are sent. */
const REFUSALS = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

/** kafkajs' own numbers for what a config describes and where a value of it was set. */
export const topicResource = kafkajs.ConfigResourceTypes.TOPIC;
export const setOnTopic = kafkajs.ConfigSource.TOPIC_CONFIG;

/** A connected admin client. @throws when the brokers do not answer within the deadlines */
export async function connectAdmin(brokers: Brokers, log: Log, deadlines = DEADLINES): Promise<Admin> {
  return connected(kafkaAt(brokers, log, deadlines).admin(), deadlines);
}

/**
 * As {@link connectAdmin}, and whatever broker of the cluster it picks for a question, this server is asked: one that is
 * frozen answers for itself alone.
 */
export async function connectAdminOf(
  server: string,
  brokers: Brokers,
  log: Log,
  deadlines: KafkaDeadlines,
): Promise<Admin> {
  const address = addressOf(server);
  const socketFactory: ISocketFactory = (wanted) => secured(connect(address), { ...wanted, ...address });
  const kafka = kafkaAt({ ...brokers, bootstrapServers: [server] }, log, deadlines, socketFactory);
  return connected(kafka.admin(), deadlines);
}

/** A connected sender of records. @throws when the brokers do not answer within the deadlines */
export async function connectSender(config: EventsConfig, log: Log): Promise<RecordSender> {
  const { topic } = config;
  const sockets = new KafkaSockets();
  const producer = await connected(
    kafkaAt(config, log, SEND_DEADLINES, sockets.factory).producer({
      allowAutoTopicCreation: false,
      // Java's own, so that other producers put the same memo into the same partition.
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    }),
    SEND_DEADLINES,
  );
  return {
    send: async (records, until) => {
      sockets.until = until;
      const messages: Message[] = records.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } }));
      try {
        const left = Math.max(0, until - performance.now());
        await within(producer.send({ topic, messages, acks: -1, timeout: REPLICATION_MS }), left, 'Kafka');
      } catch (error) {
        const refusal = refusalIn(error);
        throw refusal === undefined ? error : new RecordsRefused(refusal, { cause: error });
      }
    },
    close: async () => {
      await takeLeave(producer);
      sockets.cut();
    },
  };
}

/** Ends a client without waiting for brokers that may be frozen. */
export async function takeLeave(client: { disconnect(): Promise<void> }): Promise<void> {
  await within(client.disconnect(), TAKE_LEAVE_MS, 'Kafka').catch(() => undefined);
}

function kafkaAt(
  { bootstrapServers, sasl, tls }: Brokers,
  log: Log,
  deadlines: KafkaDeadlines,
  socketFactory: ISocketFactory = new KafkaSockets().factory,
): kafkajs.Kafka {
  return new kafkajs.Kafka({
    socketFactory: ({ host, ...wanted }) => socketFactory({ ...wanted, host: hostOf(host) }),
    clientId: 'memo-service',
    brokers: bootstrapServers.map(addressOf).map(({ host, port }) => `${nameOf(host)}:${port}`),
    ...(tls && { ssl: tlsOptions(tls) }),
    ...(sasl && { sasl: saslOf(sasl) }),
    connectionTimeout: deadlines.connect,
    requestTimeout: deadlines.request,
    // Without it kafkajs does not look at requestTimeout.
    enforceRequestTimeout: true,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => forward(entry, log),
  });
}

/** Of `host:port`, with an IPv6 address in brackets. */
function addressOf(server: string): { host: string; port: number } {
  const end = server.lastIndexOf(':');
  return { host: server.slice(0, end).replace(/^\[|\]$/g, ''), port: Number(server.slice(end + 1)) };
}

/** The name of an IPv6 address where it must not have colons, in a form that Windows reads and no DNS has. */
const LITERAL = '.ipv6-literal.net';

/** kafkajs parts the host of a server to begin with from its port at the first colon. */
function nameOf(host: string): string {
  return isIPv6(host) ? host.replaceAll(':', '-') + LITERAL : host;
}

function hostOf(name: string): string {
  return name.endsWith(LITERAL) ? name.slice(0, -LITERAL.length).replaceAll('-', ':') : name;
}

function saslOf({ mechanism, username, password }: SaslConfig): kafkajs.SASLOptions {
  const account = { username, password };
  switch (mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', ...account };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', ...account };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', ...account };
  }
}

async function connected<T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
  client: T,
  { connect, request }: KafkaDeadlines,
): Promise<T> {
  try {
    await within(client.connect(), connect + request, 'Kafka');
    return client;
  } catch (error) {
    await takeLeave(client);
    throw error;
  }
}

/** The refusal in an error or in what caused it. */
function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('type' in error && typeof error.type === 'string' && REFUSALS.has(error.type)) return error.type;
  return refusalIn(error.cause);
}

/** Its errors come to the caller as exceptions too: here they are details. */
function forward({ namespace, log: { message } }: LogEntry, log: Log): void {
  log.debug({ 'log.logger': `kafkajs.${namespace}` }, message);
}
