import { debian } from './debian.ts';
import { aptInstall, STANDARD_PATH, TRIM } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** Clients of the mariadb-client package that need no Perl; the package would bring 120 MB of it. */
const CLIENTS = [
  'mariadb-admin',
  'mariadb-binlog',
  'mariadb-dump',
  'mariadb-import',
  'mariadb-show',
  'mariadb-tzinfo-to-sql',
];

/** MariaDB 11.8: server, client, dump and upgrade. No Galera, no mariadb-backup, no Perl tools. */
export const mariadb: Recipe = {
  name: 'mariadb',
  reference: 'mariadb:11.8',
  parent: debian,
  files: ['mariadb'],
  // The socket's folder is open to all, as in the official image: the server may run as any user.
  script: `groupadd -r -g 999 mysql
useradd -r -g mysql -u 999 -d /var/lib/mysql -s /usr/sbin/nologin mysql
${aptInstall('mariadb-server-core', 'mariadb-client-core', 'xz-utils', 'zstd')}
apt-get update -q
cd /tmp
apt-get download -q mariadb-client
dpkg-deb -x mariadb-client_*.deb client
cd client/usr/bin
cp -a ${CLIENTS.join(' ')} /usr/bin/
cd /
${TRIM}
rm -rf /var/lib/mysql
install -d -o mysql -g mysql /var/lib/mysql
install -d -o mysql -g mysql -m 1777 /run/mysqld
mkdir /docker-entrypoint-initdb.d
# The caller's own settings are read last.
sed -i '/^!includedir/d' /etc/mysql/mariadb.cnf
printf '!includedir /etc/mysql/mariadb.conf.d/\\n!includedir /etc/mysql/conf.d/\\n' >>/etc/mysql/mariadb.cnf
`,
  check: `mariadbd --version | grep -q ' 11\\.8\\.' && test "$(id -u mysql):$(id -g mysql)" = 999:999`,
  config: {
    Env: [STANDARD_PATH, 'LANG=C.UTF-8'],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['mariadbd'],
    Volumes: ['/var/lib/mysql'],
    ExposedPorts: ['3306/tcp'],
  },
};
