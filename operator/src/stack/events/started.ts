/**
 * When a broker counts as started. Kubernetes goes on with a rolling change, and a drain with the next node, as soon as a pod
 * is ready; a port that answers says nothing of the copies that the broker has still to catch up on, and taking the next
 * broker meanwhile leaves partitions with too few of them.
 */
import type { Probe } from 'kubernetes-types/core/v1.js';
import { ports } from '../../api/names.ts';
import type { ManagedEvents } from '../../api/resolved.ts';
import { startupWithinAnHour } from '../pod.ts';

/** Seconds that Kafka's own tool may take: a JVM of its own, on a node that starts several. */
const patience = 20;

/** A broker alone has nobody to catch up with. One of several is started once it is in sync; readiness is its port again. */
export function brokerStarted({ replicas, zooKeeper }: ManagedEvents): Probe {
  if (replicas === 1) return startupWithinAnHour(brokerAnswers);
  const script = [answers, ...(zooKeeper ? [knowsItself] : []), inSync].join('\n');
  const command = ['/bin/bash', '-o', 'pipefail', '-c', script];
  return { exec: { command }, failureThreshold: 720, periodSeconds: 5, timeoutSeconds: 2 * patience + 5 };
}

export const brokerAnswers = { tcpSocket: { port: ports.events } } as const;

/** Little memory beside the broker's, no time for compiling, and none of the broker's own settings; empty is what the tools choose. */
const toolEnvironment = [
  'KAFKA_GC_LOG_OPTS=" "',
  'KAFKA_HEAP_OPTS=-Xmx64m',
  'KAFKA_JVM_PERFORMANCE_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1"',
  'KAFKA_LOG4J_OPTS=',
  'LOG_DIR=/tmp',
].join(' ');

/**
 * Reads what `kafka-topics.sh --describe` says of partitions, and fails, printing them, if there are some of which this broker
 * has a copy that their leader does not count as in sync. A partition without a leader is not waited for: what it lacks is on
 * another broker, and a broker that is not ready for that reason could only add to the outage. Nor are copies of others.
 */
export const copiesBehind = `
  function has(list) { return index("," list ",", "," broker ",") }
  # The first of a name: "Adding Replicas:" may follow.
  { split("", of); for (i = 1; i < NF; i++) if (!($i in of)) of[$i] = $(i + 1) }
  of["Leader:"] != "none" && has(of["Replicas:"]) && !has(of["Isr:"]) { print; behind = 1 }
  END { exit behind }`;

/** Closed for as long as the broker reads its log: no JVM for that. */
const answers = `(: <>/dev/tcp/localhost/${ports.events}) 2>/dev/null || { echo 'the broker does not answer yet'; exit 1; }`;

/** With ZooKeeper a broker answers before the controller has told it what there is, and would know of no partition at all. */
const knowsItself = `${tool('kafka-broker-api-versions.sh')} | grep "(id: $POD_INDEX " >/dev/null ||
  { echo 'the broker waits for the controller'; exit 1; }`;

const inSync = `${tool('kafka-topics.sh')} --describe --under-replicated-partitions |
  awk -v broker="$POD_INDEX" '${copiesBehind}'`;

function tool(name: string): string {
  const program = `/opt/kafka/bin/${name} --bootstrap-server localhost:${ports.events}`;
  return `timeout ${patience} env ${toolEnvironment} ${program}`;
}
