/** `RouteReady`: True once the Ingress has an address. Absent without a route. */
import { isFalse, isTrue, type Condition } from '../../api/conditions.ts';
import { names } from '../../api/names.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Observed } from '../observed.ts';
import { urlOf } from '../route/route.ts';

const defaultClass = 'ingressclass.kubernetes.io/is-default-class';

/** None or one. */
export function routeReady(app: ResolvedApp, observed: Observed): Condition[] {
  const { route } = app;
  if (route.mode !== 'ingress') return [];
  const name = names(app).route;
  const ingress = observed.get('Ingress', name);
  if (!ingress) return [isFalse('RouteReady', Reason.Creating, `Ingress ${name} is about to be made`)];
  const addresses = ingress.status?.loadBalancer?.ingress ?? [];
  if (addresses.length > 0) return [isTrue('RouteReady', Reason.Available, `${urlOf(app) ?? ''} leads to the API`)];
  const classes = observed.list('IngressClass', {});
  const { className } = route;
  const found =
    className === undefined
      ? classes.some(({ metadata }) => metadata?.annotations?.[defaultClass] === 'true')
      : classes.some(({ metadata }) => metadata?.name === className);
  if (found)
    return [isFalse('RouteReady', Reason.AddressPending, 'the Ingress controller has not published an address')];
  const missing = className === undefined ? 'a default IngressClass' : `the IngressClass "${className}"`;
  const message = `the cluster does not have ${missing}; set spec.route.ingress.className to one of: ${classes.map(({ metadata }) => metadata?.name ?? '').join(', ')}`;
  return [isFalse('RouteReady', Reason.IngressClassMissing, message)];
}
