/** What is Ready: a MemoApp, waited for, and a pod. */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { appLabel } from '../../../operator/src/api/labels.ts';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';
import { waitReady } from '../../../scripts/stack/memoapp.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import { patience } from './stage.ts';
import { witnessed } from './witness.ts';

/** Waits for `Ready` at the current generation. */
export async function ready(kubectl: Kubectl, app: AppName): Promise<MemoApp> {
  const suspects = { namespace: app.namespace, selector: `${appLabel}=${app.name}` };
  return await witnessed(kubectl, app, async () => {
    return await waitReady(kubectl, app, patience.memoApp, () => undefined, suspects);
  });
}

/** Whether a pod serves, and is not on its way out. */
export function isReady({ metadata, status }: Pod): boolean {
  const conditions = status?.conditions ?? [];
  return (
    metadata?.deletionTimestamp === undefined &&
    conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')
  );
}
