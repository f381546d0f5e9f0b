/** Settings of MariaDB that are not for the admin to choose. */
import type { Refused } from './refused.ts';

function settings(asked: object, api: object = {}): object {
  return { api, database: { managed: { settings: asked } } };
}

export const refusedSettings: readonly Refused[] = [
  ['a setting that loses writes', settings({ innodb_flush_log_at_trx_commit: 2 }), /settings/, /lose or refuse writes/],
  // Seen with 11.8: MariaDB takes it for sync_binlog.
  ['the beginning of such a setting', settings({ sync_bin: 0 }), /lose or refuse writes/, /sync_binlog/],
  ['no InnoDB', settings({ innodb: 'OFF' }), /lose or refuse writes/],
  ['a setting of the pod', settings({ datadir: '/tmp' }), /follows from the pod/, /datadir/],
  ['a setting that the operator has', settings({ character_set_server: 'latin1' }), /follows from the pod/],
  ['a switch', settings({ skip_grant_tables: 1 }), /without\s+skip_/],
  ['a setting that need not be known', settings({ loose_sync_binlog: 0 }), /loose_/],
  ['a setting written with hyphens', settings({ 'max-connections': 900 }), /as SHOW VARIABLES does/],
  ['a line of its own', settings({ wait_timeout: '9\nskip-grant-tables' }), /settings/, /a word or a list/],
  ['a section of its own', settings({ '[mariadb]': 1 }), /in full/],
  ['no value', settings({ wait_timeout: '' }), /a word or a list/],
  ['a bare ON', settings({ event_scheduler: true }), /settings\.event_scheduler/],
  ['connections for half of the pods', settings({ max_connections: 79 }), /max_connections/, /connectionPool\.max/],
  ['connections in words', settings({ max_connections: '900' }), /max_connections/, /without quotes/],
  ['the beginning of connections', settings({ max_connection: 10 }), /in full/],
  [
    'connections for the fewest pods alone',
    settings({ max_connections: 119 }, { autoscaling: { maxReplicas: 9 }, connectionPool: { max: 10 } }),
    /settings\.max_connections/,
  ],
];
