/**
 * Credentials from a kubeconfig, for outside a cluster. The library that knows kubeconfigs costs half a second and 50 MB,
 * so it is loaded only here, on demand, and never in a pod.
 */
import type { RequestOptions } from 'node:https';
import type { Credentials, CredentialSource } from './credentials.ts';

export interface KubeconfigOptions {
  /** Absent: `KUBECONFIG`, else `~/.kube/config`. */
  path?: string;
  /** Absent: the file's current context. */
  context?: string;
}

/** Reads a kubeconfig. Throws when the file or the context is not there. */
export async function fromKubeconfig(options: KubeconfigOptions = {}): Promise<CredentialSource> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  return {
    async read(): Promise<Credentials> {
      const config = new KubeConfig();
      if (options.path === undefined) config.loadFromDefault();
      else config.loadFromFile(options.path);
      if (options.context !== undefined) config.setCurrentContext(options.context);
      const cluster = config.getCurrentCluster();
      if (!cluster) throw new Error(`the kubeconfig has no cluster for context "${config.getCurrentContext()}"`);
      const found: RequestOptions = {};
      await config.applyToHTTPSOptions(found);
      const text = { ca: asText(found.ca), cert: asText(found.cert), key: asText(found.key) };
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(found.headers ?? {})) headers[name.toLowerCase()] = String(value);
      if (found.auth) headers['authorization'] = `Basic ${Buffer.from(found.auth).toString('base64')}`;
      return {
        server: cluster.server.replace(/\/+$/, ''),
        tls: {
          ...(text.ca !== undefined && { ca: text.ca }),
          ...(text.cert !== undefined && { cert: text.cert }),
          ...(text.key !== undefined && { key: text.key }),
          ...(typeof found.servername === 'string' && { servername: found.servername }),
          ...(found.rejectUnauthorized === false && { rejectUnauthorized: false }),
        },
        headers,
      };
    },
  };
}

/** Certificates come as PEM, in a string or a Buffer. */
function asText(pem: unknown): string | undefined {
  if (typeof pem === 'string') return pem;
  return Buffer.isBuffer(pem) ? pem.toString() : undefined;
}
