/** A kubeconfig with everything in it, so that the file alone is enough. JSON is YAML too. */
import type { Certificate } from './certificate.ts';

export interface KubeconfigInput {
  /** Shown by `kubectl config current-context`. */
  readonly context: string;
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string;
  readonly user: string;
  readonly client: Certificate;
}

export function kubeconfig({ context, server, authority, user, client }: KubeconfigInput): string {
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: context, cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
      },
    ],
    contexts: [{ name: context, context: { cluster: context, user } }],
    'current-context': context,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
