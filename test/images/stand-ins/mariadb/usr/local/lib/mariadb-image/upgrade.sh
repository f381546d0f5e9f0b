# Data of an older release, and what is done about it.

UPGRADE_INFO=mariadb_upgrade_info

upgrade_is_needed() {
  if [[ ! -f $DATADIR/$UPGRADE_INFO ]]; then
    note 'MariaDB upgrade information missing, assuming required'
  elif is_older "$(<"$DATADIR/$UPGRADE_INFO")" "$(server_version)"; then
    return 0
  elif [[ ! -f $DATADIR/.my-healthcheck.cnf ]]; then
    note 'The accounts of the health check are missing'
  else
    return 1
  fi
}

# By major and minor alone: a patch needs no upgrade, and what newer data need is not ours to say.
is_older() {
  local -a one other
  IFS=.- read -ra one <<<"$1"
  IFS=.- read -ra other <<<"$2"
  ((one[0] < other[0] || (one[0] == other[0] && one[1] < other[1])))
}

back_up_system_tables() {
  if [[ ${MARIADB_DISABLE_UPGRADE_BACKUP-} == 1 ]]; then
    note 'MariaDB upgrade backup disabled due to $MARIADB_DISABLE_UPGRADE_BACKUP=1 setting'
    return
  fi
  local version=unknown_version
  if [[ -f $DATADIR/$UPGRADE_INFO ]]; then
    version=$(<"$DATADIR/$UPGRADE_INFO")
  fi
  note "Backing up system database to system_mysql_backup_$version.sql.zst"
  mariadb-dump --protocol=socket --socket="$SOCKET" --skip-ssl --skip-lock-tables --replace --databases mysql |
    zstd -q >"$DATADIR/system_mysql_backup_$version.sql.zst"
}

upgrade_data_directory() {
  if [[ ${MARIADB_AUTO_UPGRADE:-0} == 0 ]]; then
    note 'MariaDB upgrade (mariadb-upgrade or creating healthcheck users) required, but skipped due to $MARIADB_AUTO_UPGRADE setting'
    return
  fi
  # Root's password in the environment may be older than the one in the data: the temporary server asks for none until
  # the accounts of the health check are made.
  start_temporary_server "$@" --skip-grant-tables --loose-innodb_buffer_pool_dump_at_shutdown=0 --skip-slave-start
  back_up_system_tables
  note 'Starting mariadb-upgrade'
  mariadb-upgrade --protocol=socket --socket="$SOCKET" --skip-ssl --upgrade-system-tables
  note 'Finished mariadb-upgrade'
  if [[ ! -f $DATADIR/.my-healthcheck.cnf ]]; then
    {
      echo 'FLUSH PRIVILEGES;'
      healthcheck_sql
    } | root_client --database=mysql
  fi
  stop_temporary_server
}
