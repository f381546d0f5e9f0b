/** The files of the database pod. */
import { databaseName, users } from '../../api/names.ts';
import type { ManagedDatabase } from '../../api/resolved.ts';
import { initialised } from './initialisation.ts';

/** `my.cnf` as the image includes it from /etc/mysql/conf.d. */
export function serverConfig({ bufferPoolBytes, maxConnections }: ManagedDatabase): Record<string, string> {
  const settings = {
    'character-set-server': 'utf8mb4',
    // An acknowledged write is on the disk.
    'innodb-flush-log-at-trx-commit': '1',
    'innodb-buffer-pool-size': String(bufferPoolBytes),
    'max-connections': String(maxConnections),
    // Clients are pods without reverse names: looking them up would only make connecting slow.
    'skip-name-resolve': 'ON',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return { 'memo.cnf': ['[mariadbd]', ...lines, ''].join('\n') };
}

/**
 * Run once, when the volume is first initialised, by the image's entrypoint (it sources *.sh). The image itself makes the
 * user of the migrations, with all rights on the schema; the service may only read and write rows.
 */
export const initScripts: Readonly<Record<string, string>> = {
  '10-service-user.sh': [
    'password=$(cat /run/secrets/memo/service/password)',
    'docker_process_sql --database=mysql <<SQL',
    `CREATE USER '${users.service}'@'%' IDENTIFIED BY '\${password}';`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${databaseName}.* TO '${users.service}'@'%';`,
    'SQL',
    'unset password',
    '',
  ].join('\n'),
  ...initialised,
};
