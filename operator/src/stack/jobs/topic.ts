/** The topic, made and altered by a Job of the service's image; another number or retention is another Job. */
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { topicEnvironment } from '../api/environment.ts';
import { job } from './job.ts';

/** undefined: there is no Kafka to have a topic. */
export function topicJob(app: ResolvedApp): KubeObject | undefined {
  if (app.events.mode !== 'managed') return undefined;
  return job(app, { part: 'topic', env: topicEnvironment(app), uris: [] });
}
