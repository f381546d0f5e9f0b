/** What keeps the HTTPRoute from leading anywhere: each Gateway that it names has to take it, with the Service it names. */
import type { Problem } from '../../../api/conditions.ts';
import { names } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp, ResolvedGateway } from '../../../api/resolved.ts';
import type { HTTPRoute, Observed } from '../../observed.ts';

type Parent = ResolvedGateway['parentRefs'][number];

export function httpRouteProblem(
  app: ResolvedApp,
  { parentRefs }: ResolvedGateway,
  observed: Observed,
): Problem | undefined {
  if (!observed.serves('HTTPRoute')) {
    const message =
      'the cluster does not serve HTTPRoute of gateway.networking.k8s.io/v1; install the Gateway API, or use spec.route.ingress';
    return { reason: Reason.GatewayAPIMissing, message };
  }
  const { route: name } = names(app);
  const route = observed.get('HTTPRoute', name);
  if (!route) return { reason: Reason.Creating, message: `HTTPRoute ${name} is about to be made` };
  for (const parent of parentRefs) {
    const problem = parentProblem(app, parent, route);
    if (problem) return problem;
  }
  return undefined;
}

function parentProblem(app: ResolvedApp, parent: Parent, route: HTTPRoute): Problem | undefined {
  const gateway = `Gateway ${parent.namespace ?? app.namespace}/${parent.name}`;
  const found = route.status?.parents?.find(({ parentRef }) => isSame(app, parent, parentRef));
  for (const type of ['Accepted', 'ResolvedRefs']) {
    const condition = found?.conditions?.find((each) => each.type === type);
    if (!condition || (condition.observedGeneration ?? 0) < (route.metadata?.generation ?? 0)) {
      return {
        reason: Reason.AddressPending,
        message: `${gateway} has not taken up the HTTPRoute ${names(app).route}; see that it exists and its controller runs`,
      };
    }
    if (condition.status !== 'True') {
      const message = `${gateway} does not take the HTTPRoute ${names(app).route} (${condition.reason ?? type}): ${condition.message ?? ''}; see to its listeners and their allowedRoutes, or to spec.route.gateway.parentRefs`;
      return { reason: Reason.RouteRefused, message };
    }
  }
  return undefined;
}

function isSame(app: ResolvedApp, wanted: Parent, found: Parent): boolean {
  return (
    wanted.name === found.name &&
    (wanted.namespace ?? app.namespace) === (found.namespace ?? app.namespace) &&
    wanted.sectionName === found.sectionName &&
    wanted.port === found.port
  );
}
