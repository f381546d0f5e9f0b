/** What keeps the Ingress from leading anywhere. */
import type { Problem } from '../../../api/conditions.ts';
import { names } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp, ResolvedIngress } from '../../../api/resolved.ts';
import type { Observed } from '../../observed.ts';

const defaultClass = 'ingressclass.kubernetes.io/is-default-class';

export function ingressProblem(
  app: ResolvedApp,
  { className }: ResolvedIngress,
  observed: Observed,
): Problem | undefined {
  const { route: name } = names(app);
  const ingress = observed.get('Ingress', name);
  if (!ingress) return { reason: Reason.Creating, message: `Ingress ${name} is about to be made` };
  if ((ingress.status?.loadBalancer?.ingress ?? []).length > 0) return undefined;
  const pending = `the Ingress controller has not published an address for Ingress ${name}; see that it runs`;
  if (!observed.serves('IngressClass')) {
    const message = `${pending}; this operator sees its namespaces alone, not the cluster's IngressClasses`;
    return { reason: Reason.AddressPending, message };
  }
  const classes = observed.list('IngressClass', {});
  const found =
    className === undefined
      ? classes.some(({ metadata }) => metadata?.annotations?.[defaultClass] === 'true')
      : classes.some(({ metadata }) => metadata?.name === className);
  if (found) return { reason: Reason.AddressPending, message: pending };
  const missing = className === undefined ? 'a default IngressClass' : `the IngressClass "${className}"`;
  const others = classes.map(({ metadata }) => metadata?.name ?? '').join(', ');
  const way = others === '' ? 'install an Ingress controller' : `set spec.route.ingress.className to one of: ${others}`;
  const message = `the cluster does not have ${missing}; ${way}, or use spec.route.gateway`;
  return { reason: Reason.IngressClassMissing, message };
}
