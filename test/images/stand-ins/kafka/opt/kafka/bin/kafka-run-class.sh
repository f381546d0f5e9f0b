#!/bin/bash
# Runs a class of /opt/kafka/libs: kafka-run-class.sh [-name NAME] [-loggc] CLASS [ARGUMENT...]
# Options of the JVM come from KAFKA_HEAP_OPTS, KAFKA_JVM_PERFORMANCE_OPTS, KAFKA_GC_LOG_OPTS, KAFKA_JMX_OPTS,
# KAFKA_LOG4J_OPTS and KAFKA_OPTS; logs go to LOG_DIR, by default /opt/kafka/logs.

base=$(cd "$(dirname "$0")/.." && pwd)
name=
while [[ $# -gt 0 ]]; do
  case $1 in
    -name)
      name=$2
      shift 2
      ;;
    -loggc)
      log_gc=yes
      shift
      ;;
    *) break ;;
  esac
done
if [[ $# == 0 ]]; then
  echo "USAGE: $0 [-name NAME] [-loggc] CLASS [ARGUMENT...]" >&2
  exit 1
fi

logs=${LOG_DIR:-$base/logs}
if [[ -z ${KAFKA_LOG4J_OPTS-} ]]; then
  # A server logs to files as well; a tool to the console alone.
  prefix=$([[ -n $name ]] || echo tools-)
  if [[ -e $base/config/${prefix}log4j2.yaml ]]; then
    KAFKA_LOG4J_OPTS="-Dlog4j2.configurationFile=$base/config/${prefix}log4j2.yaml"
  else
    KAFKA_LOG4J_OPTS="-Dlog4j.configuration=file:$base/config/${prefix}log4j.properties"
  fi
fi
if [[ -n $name ]]; then
  mkdir -p "$logs"
fi
if [[ -n ${log_gc-} && -z ${KAFKA_GC_LOG_OPTS-} ]]; then
  KAFKA_GC_LOG_OPTS="-Xlog:gc*:file=$logs/$name-gc.log:time,tags:filecount=10,filesize=100M"
fi
if [[ -z ${KAFKA_JMX_OPTS-} ]]; then
  KAFKA_JMX_OPTS='-Dcom.sun.management.jmxremote -Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false'
  if [[ -n ${JMX_PORT-} ]]; then
    KAFKA_JMX_OPTS+=" -Dcom.sun.management.jmxremote.port=$JMX_PORT -Dcom.sun.management.jmxremote.rmi.port=$JMX_PORT"
  fi
fi
default_performance='-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true'

# The options are lists of words.
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" ${KAFKA_HEAP_OPTS:--Xmx256M} ${KAFKA_JVM_PERFORMANCE_OPTS:-$default_performance} \
  ${KAFKA_GC_LOG_OPTS-} $KAFKA_JMX_OPTS "-Dkafka.logs.dir=$logs" $KAFKA_LOG4J_OPTS \
  -cp "${CLASSPATH:+$CLASSPATH:}$base/libs/*" ${KAFKA_OPTS-} "$@"
