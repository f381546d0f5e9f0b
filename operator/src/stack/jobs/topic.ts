/** The topic, made and altered by a Job of the service's image; another number or retention is another Job. */
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { topicEnvironment } from '../api/environment.ts';
import { volumeIds } from '../claims.ts';
import type { Observed } from '../observed.ts';
import { job } from './job.ts';

/** undefined: there is no Kafka to have a topic. A Kafka that lost a volume is asked for its topic again. */
export function topicJob(app: ResolvedApp, observed: Observed): KubeObject | undefined {
  if (app.events.mode !== 'managed') return undefined;
  const env = topicEnvironment(app);
  return job(app, { part: 'topic', about: [env, volumeIds(app, 'events', observed)], env, uris: [] });
}
