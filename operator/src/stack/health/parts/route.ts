/** `RouteReady`: True once every way in leads to the API. Absent without a route. */
import { isFalse, isTrue, type Condition } from '../../../api/conditions.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import type { Observed } from '../../observed.ts';
import { urlOf } from '../../route/route.ts';
import { httpRouteProblem } from './http-route.ts';
import { ingressProblem } from './ingress.ts';

/** None or one. */
export function routeReady(app: ResolvedApp, observed: Observed): Condition[] {
  const { route } = app;
  if (route.mode === 'none') return [];
  const problem =
    (route.ingress && ingressProblem(app, route.ingress, observed)) ??
    (route.gateway && httpRouteProblem(app, route.gateway, observed));
  if (problem) return [isFalse('RouteReady', problem.reason, problem.message)];
  return [isTrue('RouteReady', Reason.Available, `${urlOf(app) ?? ''} leads to the API`)];
}
