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
 * an upgrade the one that is there, until the migration to the wanted one has succeeded; where the Deployment was deleted
 * meanwhile, that of the release which served last.
 */
export function templateImage(app: ResolvedApp, status: MemoAppStatus | undefined, observed: Observed): string {
  const { migratedBy, version } = status ?? {};
  const wanted = imageOf(app, app.version);
  if (version === undefined || isMigrated(app, observed, migratedBy)) return wanted;
  return liveImage(app, observed) ?? (migratedBy === undefined ? wanted : imageOf(app, version));
}

/** Whether the API is of another release or image than is wanted, which is not to be rolled out before its migration. */
export function awaitsMigration(app: ResolvedApp, status: MemoAppStatus | undefined, observed: Observed): boolean {
  const live = liveImage(app, observed);
  if (live === undefined || status?.version === undefined) return false;
  return live !== imageOf(app, app.version) && !isMigrated(app, observed, status.migratedBy);
}

function imageOf({ api }: ResolvedApp, tag: string): string {
  return imageReference({ ...api.image, tag });
}

function liveImage(app: ResolvedApp, observed: Observed): string | undefined {
  return apiContainer(observed.get('Deployment', names(app).api)?.spec?.template.spec)?.image;
}
