/** The image of the API's pods, which on an upgrade lags behind the spec until the schema is there. */
import type { MemoAppStatus } from '../../api/memoapp.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { isMigrated } from '../jobs/migration.ts';
import type { Observed } from '../observed.ts';
import { imageReference } from '../pod.ts';
import { apiContainer } from './container.ts';

/**
 * The image the API's template renders. On a first install the wanted one: its pods wait for the schema by themselves. On
 * an upgrade the one that is there, until the migration to the wanted one has succeeded.
 */
export function templateImage(app: ResolvedApp, status: MemoAppStatus | undefined, observed: Observed): string {
  const wanted = imageReference({ ...app.api.image, tag: app.version });
  const live = apiContainer(observed.get('Deployment', names(app).api)?.spec?.template.spec)?.image;
  if (live === undefined || status?.version === undefined) return wanted;
  return isMigrated(app, observed, status.migratedBy) ? wanted : live;
}
