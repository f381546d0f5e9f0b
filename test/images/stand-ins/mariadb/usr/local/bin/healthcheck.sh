#!/bin/bash
# Tests of the running server, named as options and done in their order; all must succeed. Connection options come before
# the tests they are for. --connect is over TCP, where only the finished server listens.
set -eo pipefail

datadir=/var/lib/mysql
defaults=()
if [[ -f $datadir/.my-healthcheck.cnf ]]; then
  defaults=("--defaults-extra-file=$datadir/.my-healthcheck.cnf")
fi

client() {
  mariadb "${defaults[@]}" --skip-ssl-verify-server-cert -B "$@"
}

# A server that refuses the login is there: who may log in is not the question.
connect() {
  local answer
  if answer=$(client -h localhost --protocol tcp -e 'select 1' 2>&1); then
    return 0
  fi
  [[ $answer == *'Access denied'* ]]
}

innodb_initialized() {
  local found
  found=$(client --skip-column-names -e \
    "select 1 from information_schema.ENGINES where engine='innodb' and support in ('YES', 'DEFAULT', 'ENABLED')")
  [[ $found == 1 ]]
}

innodb_buffer_pool_loaded() {
  local status
  status=$(client --skip-column-names -e \
    "select VARIABLE_VALUE from information_schema.GLOBAL_STATUS where VARIABLE_NAME='Innodb_buffer_pool_load_status'")
  [[ $status == *'load completed'* ]]
}

# mariadb-upgrade holds a lock on its file while it works.
mariadbupgrade() {
  local file
  for file in "$datadir/mariadb_upgrade_info" "$datadir/mysql_upgrade_info"; do
    if [[ -r $file ]]; then
      flock --exclusive --nonblock "$file" true
      return
    fi
  done
}

if [[ $# == 0 ]]; then
  echo 'At least one argument required' >&2
  exit 1
fi

while [[ $# -gt 0 ]]; do
  option=$1
  shift
  case $option in
    --su-mysql) exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@" ;;
    --datadir=*) datadir=${option#*=} ;;
    --datadir)
      datadir=$1
      shift
      ;;
    --no-defaults) defaults=(--no-defaults) ;;
    --defaults-file=* | --defaults-extra-file=* | --defaults-group-suffix=*) defaults=("$option") ;;
    --connect | --innodb_initialized | --innodb_buffer_pool_loaded | --mariadbupgrade)
      if ! "${option#--}"; then
        echo "healthcheck ${option#--} failed" >&2
        exit 1
      fi
      ;;
    *)
      echo "healthcheck unknown option or test '$option'" >&2
      exit 1
      ;;
  esac
done
