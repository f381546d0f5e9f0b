/** What the service's own parser makes of what the operator renders. */
import type { ResolvedApp } from '../../../operator/src/api/resolved.ts';
import { serviceEnvironment, serviceSecrets } from '../../../operator/src/stack/api/environment.ts';
import type { MountedSecret } from '../../../operator/src/stack/pod.ts';
import { parseConfig } from '../../../service/src/config.ts';
import type { DatabaseBoundConfig } from '../../../service/src/config.ts';
import { createAuthority } from '../../cluster/certificates/certificate.ts';

export function variables(list: readonly { name: string; value: string }[]): Record<string, string> {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

/** A certificate in PEM. */
export const authority = createAuthority('somebody').certificate.trim();

/** The service's configuration from what is rendered, with the files of the mounted Secrets. */
export function configOf(app: ResolvedApp): DatabaseBoundConfig {
  return parseConfig(variables(serviceEnvironment(app)), mounted(serviceSecrets(app)));
}

/** Files of the Secrets that are mounted, and none beside them: each holds what its key is called, or what the service reads. */
export function mounted(secrets: readonly MountedSecret[]): (path: string) => string {
  return (path) => {
    for (const { items, mountPath, secretName } of secrets) {
      const item = items.find(({ path: file }) => `${mountPath}/${file}` === path);
      if (!item) continue;
      if (item.path === 'ca.crt') return authority;
      if (item.path !== 'uri') return `of ${item.key}`;
      return secretName === 'shop-cache-credentials'
        ? 'redis://memo_a:pw@shop-cache.club.svc:6379/0'
        : 'mysql://memo_a:pw@shop-database.club.svc:3306/memo_app';
    }
    throw new Error(`${path} is not mounted`);
  };
}
