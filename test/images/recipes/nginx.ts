import { debian } from './debian.ts';
import { aptInstall, STANDARD_PATH } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** nginx 1.26 from Debian's packages. */
export const nginx: Recipe = {
  name: 'nginx',
  reference: 'nginx:1.26',
  parent: debian,
  files: ['nginx'],
  // Debian's own configuration has other users, folders and logs than the official image.
  script: `groupadd -r -g 101 nginx
useradd -r -g nginx -u 101 -d /nonexistent -s /usr/sbin/nologin nginx
${aptInstall('nginx')}
rm -rf /etc/nginx/sites-* /etc/nginx/snippets /etc/nginx/modules-* /var/www /var/lib/nginx
ln -sf /dev/stdout /var/log/nginx/access.log
ln -sf /dev/stderr /var/log/nginx/error.log
`,
  check: `nginx -v 2>&1 | grep -q '/1\\.26\\.' && test "$(id -u nginx):$(id -g nginx)" = 101:101`,
  config: {
    Env: [STANDARD_PATH],
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    ExposedPorts: ['80/tcp'],
    StopSignal: 'SIGQUIT',
  },
};
