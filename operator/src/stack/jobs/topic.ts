/** The topic, made and altered by a Job of the service's image; another number or retention is another Job. */
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { eventsConnection } from '../api/connections.ts';
import { topicEnvironment } from '../api/environment.ts';
import { volumeIds } from '../claims.ts';
import type { Observed } from '../observed.ts';
import { job } from './job.ts';

/**
 * undefined: there is no Kafka to have a topic, or somebody else makes it. A Kafka that lost a volume is asked for its
 * topic again.
 */
export function topicJob(app: ResolvedApp, observed: Observed): KubeObject | undefined {
  const { events } = app;
  if (events.mode === 'disabled' || (events.mode === 'external' && events.createTopic === 'Never')) return undefined;
  const env = topicEnvironment(app);
  const { secrets } = eventsConnection(app);
  return job(app, { part: 'topic', about: [env, secrets, volumeIds(app, 'events', observed)], env, secrets });
}
