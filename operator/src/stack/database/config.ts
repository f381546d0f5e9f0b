/** The files of the database pod. */
import { databaseName, users } from '../../api/names.ts';
import type { ManagedDatabase } from '../../api/resolved.ts';
import { initialised } from './initialisation.ts';

/** `my.cnf` as the image includes it from /etc/mysql/conf.d: ours, and over it what the admin asks for. */
export function serverConfig({ bufferPoolBytes, maxConnections, settings }: ManagedDatabase): Record<string, string> {
  const ours = {
    'character-set-server': 'utf8mb4',
    // An acknowledged write is on the disk.
    'innodb-flush-log-at-trx-commit': '1',
    'innodb-buffer-pool-size': String(bufferPoolBytes),
    'max-connections': String(maxConnections),
    // Clients are pods without reverse names: looking them up would only make connecting slow.
    'skip-name-resolve': 'ON',
  };
  const asked = Object.entries(settings).map(([name, value]) => [name.replaceAll('_', '-'), value] as const);
  const all = { ...ours, ...Object.fromEntries(asked.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  return { 'memo.cnf': ['[mariadbd]', ...lines, ''].join('\n') };
}

/**
 * Run once, when the volume is first initialised, by the image's entrypoint (it sources *.sh). The image itself makes the
 * user of the migrations, with all rights on the schema; the service may only read and write rows.
 */
export function initScripts(user: string = users.service): Record<string, string> {
  return {
    '10-service-user.sh': [
      // As SQL takes it between quotes.
      `password=$(sed "s/[\\\\']/\\\\\\\\&/g" /run/secrets/memo/service/password)`,
      'docker_process_sql --database=mysql <<SQL',
      `CREATE USER '${user}'@'%' IDENTIFIED BY '\${password}';`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${databaseName}.* TO '${user}'@'%';`,
      'SQL',
      'unset password',
      '',
    ].join('\n'),
    ...initialised,
  };
}
