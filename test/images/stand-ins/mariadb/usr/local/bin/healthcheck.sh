#!/bin/bash
# Tests of the running server, named as options and done in their order; all must succeed. Connection options come before
# the tests they are for. A temporary server without networking passes none: whoever asks for no --connect gets one last.
set -eo pipefail

datadir=/var/lib/mysql
defaults=()
if [[ -f $datadir/.my-healthcheck.cnf ]]; then
  defaults=("--defaults-extra-file=$datadir/.my-healthcheck.cnf")
fi
connected=

client() {
  mariadb "${defaults[@]}" --skip-ssl --skip-ssl-verify-server-cert -B --skip-column-names "$@"
}

local_client() {
  client --protocol socket "$@"
}

# The server says by its socket whether it has networking. One that lets nobody in there is tried over TCP: who may log
# in is not the question, and to be refused by an account's own state is an answer.
connect() {
  local answer
  if ! answer=$(local_client -e 'select @@skip_networking'); then
    answer=$(client -h localhost --protocol tcp -e 'select @@skip_networking' 2>&1) || true
  fi
  case $answer in
    0 | 'ERROR '[0-9]*' (28000)'* | 'ERROR 1820 '* | 'ERROR 4151 '* | 'ERROR 1226 '*) connected=yes ;;
    *) return 1 ;;
  esac
}

innodb_initialized() {
  local found
  found=$(local_client -e \
    "select 1 from information_schema.ENGINES where engine='innodb' and support in ('YES', 'DEFAULT', 'ENABLED')")
  [[ $found == 1 ]]
}

innodb_buffer_pool_loaded() {
  local status
  status=$(local_client -e \
    "select VARIABLE_VALUE from information_schema.GLOBAL_STATUS where VARIABLE_NAME='Innodb_buffer_pool_load_status'")
  [[ $status == *'load completed'* ]]
}

# mariadb-upgrade holds a lock on its file while it works.
mariadbupgrade() {
  local file=$datadir/mariadb_upgrade_info
  [[ ! -r $file ]] || flock --exclusive --nonblock "$file" true
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
    --no-connect) connected=yes ;;
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

if [[ -z $connected ]]; then
  connect
fi
