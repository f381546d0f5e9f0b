#!/bin/bash
# Writes zoo.cfg and myid where there are none, from the ZOO_ variables, then becomes the command.
set -e

# As root, the data becomes zookeeper's own and the server runs as zookeeper. Any other user is taken as it is.
if [[ ${1-} == zkServer.sh && $(id -u) == 0 ]]; then
  chown -R zookeeper "$ZOO_DATA_DIR" "$ZOO_DATA_LOG_DIR" "$ZOO_LOG_DIR" "$ZOO_CONF_DIR"
  exec setpriv --reuid=zookeeper --regid=zookeeper --init-groups "$0" "$@"
fi

configuration() {
  cat <<SETTINGS
dataDir=$ZOO_DATA_DIR
dataLogDir=$ZOO_DATA_LOG_DIR
tickTime=$ZOO_TICK_TIME
initLimit=$ZOO_INIT_LIMIT
syncLimit=$ZOO_SYNC_LIMIT
autopurge.snapRetainCount=$ZOO_AUTOPURGE_SNAPRETAINCOUNT
autopurge.purgeInterval=$ZOO_AUTOPURGE_PURGEINTERVAL
maxClientCnxns=$ZOO_MAX_CLIENT_CNXNS
standaloneEnabled=$ZOO_STANDALONE_ENABLED
admin.enableServer=$ZOO_ADMINSERVER_ENABLED
SETTINGS
  # Both lists are split at blanks.
  printf '%s\n' ${ZOO_SERVERS:-'server.1=localhost:2888:3888;2181'}
  if [[ -n ${ZOO_4LW_COMMANDS_WHITELIST-} ]]; then
    echo "4lw.commands.whitelist=$ZOO_4LW_COMMANDS_WHITELIST"
  fi
  local entry
  for entry in ${ZOO_CFG_EXTRA-}; do
    echo "$entry"
  done
}

if [[ ! -f $ZOO_CONF_DIR/zoo.cfg ]]; then
  configuration >"$ZOO_CONF_DIR/zoo.cfg"
fi

if [[ ! -f $ZOO_DATA_DIR/myid ]]; then
  echo "${ZOO_MY_ID:-1}" >"$ZOO_DATA_DIR/myid"
fi

exec "$@"
