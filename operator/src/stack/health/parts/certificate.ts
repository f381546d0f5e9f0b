/** The certificate of the Ingress, in a Secret that others fill. Nothing waits for it: without it https is served all the same. */
import { isFalse, type Condition } from '../../../api/conditions.ts';
import { names } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp, ResolvedIngress } from '../../../api/resolved.ts';
import type { Observed } from '../../observed.ts';

/** By one of them an Ingress asks cert-manager to fill the Secret that it names (https://cert-manager.io/docs/usage/ingress). */
const issuerAnnotations = ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer'] as const;

const meanwhile = 'until then the Ingress controller serves its default certificate';

/**
 * `RouteReady` while the Secret is missing or lacks something.
 * @param ready what it says of the way in itself
 * @param missing what the Secret lacks
 */
export function withoutCertificate(ready: Condition, missing: string, app: ResolvedApp, observed: Observed): Condition {
  const ingress = app.route.mode === 'routed' ? app.route.ingress : undefined;
  const issuer = ingress && issuerOf(app, ingress, observed);
  if (!ingress || issuer === undefined)
    return isFalse('RouteReady', Reason.ReferenceMissing, `${missing}; ${meanwhile}`);
  // Without a way in an issuer that asks for the host cannot go on: that comes first.
  if (ready.status !== 'True') return ready;
  const name = ingress.tlsSecretName ?? '';
  const message = `Secret ${name} is awaited from issuer ${issuer} of cert-manager; ${meanwhile}; should it take long, see: kubectl describe certificate ${name}`;
  return isFalse('RouteReady', Reason.CertificatePending, message);
}

/** Also where the Ingress was annotated by hand: annotations that are not in the spec are left alone. */
function issuerOf(app: ResolvedApp, { annotations }: ResolvedIngress, observed: Observed): string | undefined {
  const live = observed.get('Ingress', names(app).route)?.metadata?.annotations;
  const all = { ...live, ...annotations };
  return issuerAnnotations.map((annotation) => all[annotation]).find((issuer) => issuer !== undefined && issuer !== '');
}
