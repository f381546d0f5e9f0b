# The data directory and the temporary server, which is reached by its socket alone: nothing that probes over TCP takes it
# for the finished one.

server_version() {
  mariadbd --version 2>/dev/null | sed -n 's/.* Ver \([0-9][0-9.]*\)-.*/\1/p'
}

initialize_data_directory() {
  note 'Initializing database files'
  shift
  mariadb-install-db --datadir="$DATADIR" --rpm --auth-root-authentication-method=normal "$@" \
    --skip-test-db --default-time-zone=SYSTEM --enforce-storage-engine= --skip-log-bin --expire-logs-days=0 \
    --loose-innodb_buffer_pool_load_at_startup=0 --loose-innodb_buffer_pool_dump_at_shutdown=0
  note 'Database files initialized'
}

start_temporary_server() {
  note 'Starting temporary server'
  "$@" --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET" --wsrep_on=OFF --expire-logs-days=0 \
    --loose-innodb_buffer_pool_load_at_startup=0 --skip-ssl &
  TEMPORARY_PID=$!
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    if root_client --database=mysql <<<'SELECT 1' >/dev/null 2>&1; then
      note 'Temporary server started.'
      return
    fi
    kill -0 "$TEMPORARY_PID" 2>/dev/null || break
    sleep 0.1
  done
  fail 'Unable to start server.'
}

stop_temporary_server() {
  note 'Stopping temporary server'
  kill "$TEMPORARY_PID"
  wait "$TEMPORARY_PID"
  note 'Temporary server stopped'
}

# The client as root on the temporary server, whatever root's password is at the moment.
root_client() {
  MYSQL_PWD=${ROOT_PASSWORD_NOW-} mariadb --protocol=socket -uroot -hlocalhost --socket="$SOCKET" --skip-ssl "$@"
}

# For the scripts of /docker-entrypoint-initdb.d: SQL from standard input, as root, in the database asked for if any.
docker_process_sql() {
  if [[ ${1-} == --dont-use-mysql-root-password ]]; then
    shift
    ROOT_PASSWORD_NOW='' docker_process_sql "$@"
    return
  fi
  if [[ -n ${MARIADB_DATABASE-} ]]; then
    set -- --database="$MARIADB_DATABASE" "$@"
  fi
  root_client "$@"
}
