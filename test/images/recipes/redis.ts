import { debian } from './debian.ts';
import { aptInstall, STANDARD_PATH } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** Redis 8.0 from Debian's packages, without the modules that the official image bundles. */
export const redis: Recipe = {
  name: 'redis',
  reference: 'redis:8.0',
  parent: debian,
  files: ['redis'],
  script: `groupadd -r -g 999 redis
useradd -r -g redis -u 999 -d /data -s /usr/sbin/nologin redis
${aptInstall('redis-server', 'redis-tools')}
rm -rf /etc/redis /var/lib/redis /var/log/redis /run/redis
mkdir -p /data
chown redis:redis /data
for tool in redis-cli redis-benchmark redis-check-aof redis-check-rdb; do ln -s "/usr/bin/$tool" /usr/local/bin/; done
`,
  check: `/usr/bin/redis-server --version | grep -q 'v=8\\.0\\.' && test "$(id -u redis):$(id -g redis)" = 999:999`,
  config: {
    Env: [STANDARD_PATH],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['redis-server'],
    WorkingDir: '/data',
    Volumes: ['/data'],
    ExposedPorts: ['6379/tcp'],
  },
};
