#!/bin/bash
# Prepares the data directory on its first start, upgrades it where asked for, then becomes the server.
set -eo pipefail
shopt -s nullglob

here=/usr/local/lib/mariadb-image
. "$here/settings.sh"
. "$here/server.sh"
. "$here/accounts.sh"
. "$here/initdb.sh"
. "$here/upgrade.sh"

# Arguments alone are the server's.
if [[ ${1-} == -* ]]; then
  set -- mariadbd "$@"
fi

asks_for_help() {
  local argument
  for argument; do
    case $argument in
      -'?' | --help | --print-defaults | -V | --version) return 0 ;;
    esac
  done
  return 1
}

serve() {
  check_configuration "$@"
  read_settings "$@"

  # As root, the folders become the server's own and everything else happens as mysql. Any other user is taken as it is.
  if [[ $(id -u) == 0 ]]; then
    mkdir -p "$DATADIR"
    find "$DATADIR" ! -user mysql -exec chown mysql:mysql {} +
    find "${SOCKET%/*}" -maxdepth 0 ! -user mysql -exec chown mysql:mysql {} +
    note 'Switching to dedicated user mysql'
    exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
  fi

  if [[ ! -d $DATADIR/mysql ]]; then
    require_root_password_choice
    # An unreadable script is noticed before anything is written.
    ls /docker-entrypoint-initdb.d/ >/dev/null
    initialize_data_directory "$@"
    start_temporary_server "$@"
    create_accounts
    process_init_files /docker-entrypoint-initdb.d/*
    hash_root_password
    stop_temporary_server
    note 'MariaDB init process done. Ready for start up.'
  elif upgrade_is_needed; then
    upgrade_data_directory "$@"
  fi
}

if [[ ${1-} == mariadbd || ${1-} == mysqld ]] && ! asks_for_help "$@"; then
  note "Entrypoint script for MariaDB Server $(server_version) started."
  serve "$@"
fi

exec "$@"
