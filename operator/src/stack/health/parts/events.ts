/** `EventsReady`: True once all brokers serve and the topic is as asked. Without it events wait in the outbox; no write does. */
import { isFalse, isTrue, type Condition } from '../../../api/conditions.ts';
import { names } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ManagedEvents, ResolvedApp } from '../../../api/resolved.ts';
import { eventsConnection } from '../../api/connections.ts';
import { jobState } from '../../jobs/state.ts';
import { topicJob } from '../../jobs/topic.ts';
import { inSyncReplicas } from '../../events/container.ts';
import { recordedStore } from '../../facts.ts';
import type { Observed } from '../../observed.ts';
import { externalReady } from './external.ts';
import { lastTry } from './last-try.ts';
import { podProblem } from '../pods/problem.ts';
import { statefulReady } from './statefulset.ts';

export function eventsReady(app: ResolvedApp, observed: Observed): Condition {
  const { events } = app;
  if (events.mode === 'disabled') return isTrue('EventsReady', Reason.NotConfigured, 'spec.events is disabled');
  if (events.mode === 'external') {
    const title = `topic ${events.topic.name} of Kafka at ${events.bootstrapServers.join(', ')}`;
    const ready = externalReady(
      app,
      { type: 'EventsReady', service: 'kafka', title, connection: eventsConnection(app) },
      observed,
    );
    // The API calls Kafka unreachable for as long as the topic is not there.
    return ready.status === 'False' ? (topicProblem(app, observed) ?? ready) : ready;
  }
  const brokers = brokersReady(app, events, observed);
  return brokers.status === 'True' ? (topicProblem(app, observed) ?? brokers) : brokers;
}

/** Whether the topic can be made: of a Kafka that others run the Job finds out by itself. */
export function eventsServe(app: ResolvedApp, observed: Observed): boolean {
  if (app.events.mode === 'external') return true;
  return app.events.mode === 'managed' && brokersReady(app, app.events, observed).status === 'True';
}

function brokersReady(app: ResolvedApp, events: ManagedEvents, observed: Observed): Condition {
  const type = 'EventsReady';
  const served = hasTopic(app, observed);
  if (events.zooKeeper) {
    const { image, replicas } = events.zooKeeper;
    const { version = events.zooKeeper.version } = recordedStore(app, 'zookeeper', observed);
    const title = `ZooKeeper ${version}`;
    const members = served && replicas > 1 && { needed: majority(replicas), without };
    const name = names(app).zookeeper;
    const ensemble = { type, part: 'zookeeper', name, replicas, image, title, ...(members && { members }) } as const;
    const ready = statefulReady(app, ensemble, observed);
    if (ready.status !== 'True') return ready;
  }
  const { version = events.version } = recordedStore(app, 'events', observed);
  const title = `Kafka ${version}`;
  const { image, replicas } = events;
  const members = served && replicas > 1 && { needed: neededBrokers(events), without };
  const name = names(app).events;
  return statefulReady(
    app,
    { type, part: 'events', name, replicas, image, title, ...(members && { members }) },
    observed,
  );
}

const without = 'memos are written, and their events wait';

/** The Job of the topic ends well only on a Kafka that serves, and it goes when the app is stopped. */
function hasTopic(app: ResolvedApp, observed: Observed): boolean {
  const job = topicJob(app, observed);
  return job !== undefined && jobState(observed, job.metadata.name).state === 'succeeded';
}

/** In KRaft every broker votes; with ZooKeeper it is the replicas of the topic that have to be in sync. */
function neededBrokers(events: ManagedEvents): number {
  return events.zooKeeper ? inSyncReplicas(events) : majority(events.replicas);
}

function majority(members: number): number {
  return Math.floor(members / 2) + 1;
}

function topicProblem(app: ResolvedApp, observed: Observed): Condition | undefined {
  const job = topicJob(app, observed);
  if (!job) return undefined;
  const { name } = job.metadata;
  const { message = '', state } = jobState(observed, name);
  const topic = app.events.topic.name;
  switch (state) {
    case 'succeeded':
      return undefined;
    case 'failed':
      return isFalse(
        'EventsReady',
        Reason.JobFailed,
        `Job ${name} gave up on topic ${topic}: ${message}${lastTry(observed, name)}; see kubectl logs job/${name}, then delete the Job to try again`,
      );
    case 'absent':
    case 'running': {
      const problem = podProblem(app, 'topic', observed);
      if (problem) return isFalse('EventsReady', problem.reason, problem.message);
      return isFalse('EventsReady', Reason.Progressing, `Job ${name} makes topic ${topic}${lastTry(observed, name)}`);
    }
  }
}
