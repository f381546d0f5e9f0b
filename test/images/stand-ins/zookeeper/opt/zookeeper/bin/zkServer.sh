#!/bin/bash
# Runs the server in the foreground; the one way an image starts it.
set -e

if [[ ${1-} != start-foreground ]]; then
  echo "Usage: $0 start-foreground [configuration file]" >&2
  exit 1
fi

home=$(cd "$(dirname "$0")/.." && pwd)
configuration=${2:-${ZOOCFGDIR:-/conf}/zoo.cfg}
if [[ -n ${JMXPORT-} ]]; then
  jmx="-Dcom.sun.management.jmxremote.port=$JMXPORT -Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false"
fi

# The flags are lists of words.
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "-Dzookeeper.log.dir=${ZOO_LOG_DIR:-/logs}" "-Xmx${ZK_SERVER_HEAP:-1000}m" \
  ${jmx-} ${JVMFLAGS-} ${SERVER_JVMFLAGS-} -cp "${ZOOCFGDIR:-/conf}:$home/lib/*:${CLASSPATH-}" \
  org.apache.zookeeper.server.quorum.QuorumPeerMain "$configuration"
