/** `DatabaseReady`: True once the pod answers over TCP with InnoDB up. Without it writes are refused with 503. */
import type { Condition } from '../../api/conditions.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { recordedStore } from '../facts.ts';
import type { Observed } from '../observed.ts';
import { statefulReady } from './statefulset.ts';

export function databaseReady(app: ResolvedApp, observed: Observed): Condition {
  const { image } = app.database;
  const { version = app.database.version } = recordedStore(app, 'database', observed);
  const title = `MariaDB ${version}`;
  const { database: name } = names(app);
  return statefulReady(app, { type: 'DatabaseReady', part: 'database', name, replicas: 1, image, title }, observed);
}

/** Whether it answers at all, also while it is not yet as asked. */
export function databaseServes(app: ResolvedApp, observed: Observed): boolean {
  return (observed.get('StatefulSet', names(app).database)?.status?.readyReplicas ?? 0) > 0;
}
