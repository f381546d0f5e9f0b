/** Where the API server is and who we are, in a pod: from the files the kubelet mounts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface TlsSettings {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

export interface Credentials {
  /** `https://host:port`, without a slash at the end. */
  server: string;
  tls: TlsSettings;
  /** Sent with every request: `authorization`, impersonation. */
  headers: Record<string, string>;
}

/** Read again every minute and after a 401: tokens and certificates rotate. */
export interface CredentialSource {
  read(): Promise<Credentials>;
}

const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The credentials of the pod we run in; undefined when we run in none. */
export function inPod(environment: NodeJS.ProcessEnv = process.env, directory = mounted): CredentialSource | undefined {
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (!host) return undefined;
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    async read() {
      const [token, ca] = await Promise.all(['token', 'ca.crt'].map((file) => readFile(join(directory, file), 'utf8')));
      return { server, tls: { ca: ca ?? '' }, headers: { authorization: `Bearer ${(token ?? '').trim()}` } };
    },
  };
}

/** The namespace of the pod we run in. */
export async function podNamespace(directory = mounted): Promise<string> {
  return (await readFile(join(directory, 'namespace'), 'utf8')).trim();
}
