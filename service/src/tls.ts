/** TLS to a store: the options of Node that its certificate is checked by. */
import { isIP } from 'node:net';
import { checkServerIdentity, getCACertificates } from 'node:tls';
import type { ConnectionOptions, SecureContextOptions } from 'node:tls';
import type { TlsConfig } from './config.ts';

export type TlsOptions = SecureContextOptions & Pick<ConnectionOptions, 'host' | 'servername' | 'checkServerIdentity'>;

/**
 * @param host whom the certificate has to name, where the library does not tell Node by itself
 */
export function tlsOptions({ ca, verify }: TlsConfig, host?: string): TlsOptions {
  return {
    // Said always: without, the MariaDB connector would take a self-signed certificate on the server's own word.
    ca: ca ?? getCACertificates(),
    minVersion: 'TLSv1.2',
    ...(host !== undefined && { host, ...(isIP(host) === 0 && { servername: host }) }),
    checkServerIdentity: (name, certificate) =>
      verify === 'VerifyFull' ? checkServerIdentity(host ?? name, certificate) : undefined,
  };
}
