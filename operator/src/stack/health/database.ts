/** `DatabaseReady`: True once the pod answers over TCP with InnoDB up. Without it writes are refused with 503. */
import type { Condition } from '../../api/conditions.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Observed } from '../observed.ts';
import { statefulReady } from './statefulset.ts';

export function databaseReady(app: ResolvedApp, observed: Observed): Condition {
  const { version } = app.database;
  return statefulReady(
    app,
    { type: 'DatabaseReady', part: 'database', name: names(app).database, replicas: 1, title: `MariaDB ${version}` },
    observed,
  );
}
