/**
 * Health of stores that others run: the API tells of them, because the operator never opens a store. Whom to ask, and what
 * the answer means for a condition.
 */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { isFalse, isTrue, isUnknown, type Condition, type ConditionType } from '../../../api/conditions.ts';
import { configHashAnnotation, selector } from '../../../api/labels.ts';
import { names, ports } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import { isConnected, type Connection } from '../../api/connections.ts';
import type { Observed, StoreHealth } from '../../observed.ts';
import { isReady } from '../pods/problem.ts';

export interface ExternalStore {
  readonly type: ConditionType;
  /** What `/health` calls it. */
  readonly service: keyof StoreHealth;
  /** As people call it, with its address: `MariaDB at db.example:3306/memo_app`. */
  readonly title: string;
  /** How pods of the API reach it. */
  readonly connection: Connection;
}

/** True while the API says that it reaches the store. Pods that run and do not answer for long: something keeps the operator from them. */
export function externalReady(
  app: ResolvedApp,
  { type, service, title, connection }: ExternalStore,
  observed: Observed,
): Condition {
  if (app.state === 'Stopped') return isUnknown(type, Reason.Stopped, `nobody asks ${title}: spec.state is Stopped`);
  const { storeHealth } = observed;
  if (storeHealth === undefined) return notAsked(type, title);
  const template = observed.get('Deployment', names(app).api)?.spec?.template.spec;
  // What has to stay as it is speaks of the one of before.
  if (!isConnected(template, connection))
    return isUnknown(type, Reason.WaitingForAPI, `no API pod has what the spec says of ${title} yet`);
  if (storeHealth === 'silent') {
    const message = `no API pod has answered the operator for two minutes: whether it reaches ${title} is not known; it asks them at port ${ports.management}: see to NetworkPolicies for the egress of its own namespace, and to a mesh in between`;
    return isUnknown(type, Reason.APISilent, message);
  }
  const state = storeHealth === 'awaited' ? 'not_configured' : storeHealth[service];
  switch (state) {
    case 'healthy':
      return isTrue(type, Reason.Available, `${title} answers`);
    case 'unhealthy':
      return isFalse(
        type,
        Reason.Unreachable,
        `the API does not reach ${title}; check address, account and tls, and see: kubectl logs deployment/${names(app).api}`,
      );
    case 'not_configured':
      return isUnknown(type, Reason.WaitingForAPI, `no API pod says yet whether it reaches ${title}`);
  }
}

/** Right after a start of the operator: {@link keptUntilToldAnew} may know better. */
function notAsked(type: ConditionType, title: string): Condition {
  return isUnknown(type, Reason.Observing, `no API pod was asked yet whether it reaches ${title}`);
}

/** Whom to ask, and what about: answers about another configuration mean nothing. */
export interface HealthTargets {
  readonly config: string;
  /** IP addresses of pods. */
  readonly addresses: readonly string[];
}

/**
 * Pods that run with the configuration which is wanted now: those that serve, or all where none of them does. A new one that never
 * gets ready has no say while others serve with the same. undefined: there is nothing to ask.
 */
export function healthTargets(app: ResolvedApp, observed: Observed): HealthTargets | undefined {
  const stores = [app.database, app.cache, app.events];
  if (app.state === 'Stopped' || stores.every(({ mode }) => mode !== 'external')) return undefined;
  const config = wantedConfig(app, observed);
  if (config === undefined) return undefined;
  const able = podsOf(config, app, observed).filter(mayAnswer);
  const addresses = (able.some(isReady) ? able.filter(isReady) : able).flatMap(({ status }) => status?.podIP ?? []);
  return { config, addresses: addresses.toSorted() };
}

/** Whether a pod that serves is among those that are asked. In a roll-out those that serve may have the configuration of before. */
export function canTell(app: ResolvedApp, observed: Observed): boolean {
  const config = wantedConfig(app, observed);
  return config !== undefined && podsOf(config, app, observed).some(isReady);
}

/** Whether pods of before alone serve: of the database they use the others say nothing, who may be let in with another account. */
export function servesByBefore(app: ResolvedApp, observed: Observed): boolean {
  return apiPods(app, observed).some(isReady) && !canTell(app, observed);
}

function wantedConfig(app: ResolvedApp, observed: Observed): string | undefined {
  const template = observed.get('Deployment', names(app).api)?.spec?.template;
  return template?.metadata?.annotations?.[configHashAnnotation];
}

function podsOf(config: string, app: ResolvedApp, observed: Observed): Pod[] {
  return apiPods(app, observed).filter(({ metadata }) => metadata?.annotations?.[configHashAnnotation] === config);
}

/** Without those on their way out. */
function apiPods(app: ResolvedApp, observed: Observed): Pod[] {
  return observed.list('Pod', selector(app, 'api')).filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
}

/** One that pulls its image has an address already, and nobody who could answer there. */
function mayAnswer({ status }: Pod): boolean {
  const own = status?.containerStatuses?.find(({ name }) => name === 'api');
  return own === undefined || own.state?.running !== undefined;
}
