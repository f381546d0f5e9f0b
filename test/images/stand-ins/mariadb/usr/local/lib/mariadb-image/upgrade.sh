# Data of an older major.minor version, and what is done about it.

upgrade_is_needed() {
  local file written
  for file in "$DATADIR/mariadb_upgrade_info" "$DATADIR/mysql_upgrade_info"; do
    [[ -r $file ]] || continue
    written=$(<"$file")
    [[ $(major_minor "$written") != "$(major_minor "$(server_version)")" ]]
    return
  done
  note 'MariaDB upgrade information missing, assuming required'
}

major_minor() {
  local major minor rest
  IFS=.- read -r major minor rest <<<"$1"
  echo "$major.$minor"
}

upgrade_data_directory() {
  if [[ -z ${MARIADB_DISABLE_UPGRADE_BACKUP-} ]]; then
    local backup="$DATADIR/system_mysql_backup_$(server_version)-before.sql.gz"
  fi
  # Root's password in the environment may be older than the one in the data: the temporary server asks for none until
  # the accounts of the health check exist again.
  start_temporary_server "$@" --skip-grant-tables --loose-innodb_buffer_pool_dump_at_shutdown=0 --skip-slave-start
  if [[ -n ${backup-} ]]; then
    note "Backing up system database to $backup"
    mariadb-dump --protocol=socket --socket="$SOCKET" --skip-ssl --skip-lock-tables --replace --databases mysql | gzip >"$backup"
  fi
  note 'Starting mariadb-upgrade'
  mariadb-upgrade --protocol=socket --socket="$SOCKET" --skip-ssl --upgrade-system-tables
  {
    echo 'FLUSH PRIVILEGES;'
    healthcheck_sql
  } | root_client --database=mysql
  note 'Finished mariadb-upgrade'
  stop_temporary_server
}
