#!/bin/bash
# The shell: `zkCli.sh -server host:2181 ls /`.
home=$(cd "$(dirname "$0")/.." && pwd)
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "-Xmx${ZK_CLIENT_HEAP:-256}m" ${JVMFLAGS-} ${CLIENT_JVMFLAGS-} \
  -cp "${ZOOCFGDIR:-/conf}:$home/lib/*:${CLASSPATH-}" org.apache.zookeeper.ZooKeeperMain "$@"
