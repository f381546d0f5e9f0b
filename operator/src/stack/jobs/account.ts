/** The account of the Jobs. */
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { serviceAccount } from '../services.ts';

export function jobsAccount(app: ResolvedApp): KubeObject {
  return serviceAccount(app, names(app).jobs, 'jobs');
}
