import { debian } from './debian.ts';
import { aptInstall, STANDARD_PATH } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** Of the official image; Debian's asks for a password. */
const CONFIG = {
  version: '0.1',
  log: { fields: { service: 'registry' } },
  storage: { cache: { blobdescriptor: 'inmemory' }, filesystem: { rootdirectory: '/var/lib/registry' } },
  http: { addr: ':5000', headers: { 'X-Content-Type-Options': ['nosniff'] } },
  health: { storagedriver: { enabled: true, interval: '10s', threshold: 3 } },
};

/** A registry, so that a cluster can pull what was pushed: for tests of clusters that are not this machine's own. */
export const registry: Recipe = {
  name: 'registry',
  reference: 'registry:2',
  parent: debian,
  script: `${aptInstall('docker-registry')}
ln -s /usr/bin/docker-registry /bin/registry
mkdir -p /var/lib/registry
printf '%s\\n' '${JSON.stringify(CONFIG)}' >/etc/docker/registry/config.yml
`,
  check: `registry --version | grep -q ' v\\?2\\.'`,
  config: {
    Env: [STANDARD_PATH],
    Entrypoint: ['registry'],
    Cmd: ['serve', '/etc/docker/registry/config.yml'],
    Volumes: ['/var/lib/registry'],
    ExposedPorts: ['5000/tcp'],
  },
};
