/**
 * When the pods of the API stay as they are, whatever the spec asks of them by now: until the database has the schema of the wanted
 * release, or another database can be gone to. A release and its configuration belong together: the one that serves may not know
 * what the next one is told, and would be replaced twice. So the template is held whole, and not its image alone.
 */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { configHashAnnotation } from '../../api/labels.ts';
import type { MemoAppStatus } from '../../api/memoapp.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { StackInputs } from '../inputs.ts';
import type { Observed } from '../observed.ts';
import { presentHash } from './config-hash.ts';
import { isUntried, usesWanted } from './database-in-use.ts';
import { awaitsMigration } from './image.ts';

/** @param ready as in {@link StackInputs} */
export function isHeld(
  app: ResolvedApp,
  status: MemoAppStatus | undefined,
  observed: Observed,
  ready: boolean,
): boolean {
  const template = observed.get('Deployment', names(app).api)?.spec?.template.spec;
  const untried = isUntried(app, observed);
  // One that asks for another database than the pods use was paused by an operator of before: no pod has ever been made of it.
  if (!template || usesWanted(app, template) === untried) return false;
  return untried ? !ready : awaitsMigration(app, status, observed);
}

/**
 * A held template with the hash of what its pods would read at their start by now. So a Secret or ConfigMap that changes meanwhile
 * replaces them all the same, as they are: a migration that failed may stay so for days, and a new password must not lock them out.
 */
export function withPresentHash(template: PodTemplateSpec, secretHashes: StackInputs['secretHashes']): PodTemplateSpec {
  const { annotations, ...metadata } = template.metadata ?? {};
  const hash = annotations?.[configHashAnnotation];
  if (hash === undefined) return template;
  const present = { ...annotations, [configHashAnnotation]: presentHash(template, hash, secretHashes) };
  return { ...template, metadata: { ...metadata, annotations: present } };
}
