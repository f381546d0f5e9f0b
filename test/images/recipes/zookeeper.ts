import { join } from 'node:path';
import { copyJars } from '../making/maven.ts';
import type { Coordinates } from '../making/maven.ts';
import { JAVA_ENV, jre } from './jre.ts';
import { aptInstall } from './recipe.ts';
import type { Recipe } from './recipe.ts';

const VERSION = '3.9.5';
const HOME = `/apache-zookeeper-${VERSION}-bin`;

/** The server, and what its pom calls "provided": metrics, logging, the admin server on 8080 and the shell. */
const JARS: readonly Coordinates[] = [
  `org.apache.zookeeper:zookeeper:${VERSION}`,
  'org.eclipse.jetty:jetty-server',
  'org.eclipse.jetty:jetty-servlet',
  'org.eclipse.jetty:jetty-client',
  'com.fasterxml.jackson.core:jackson-databind',
  'io.dropwizard.metrics:metrics-core',
  'org.xerial.snappy:snappy-java',
  'commons-cli:commons-cli',
  'org.jline:jline',
  'ch.qos.logback:logback-classic',
];

/** ZooKeeper 3.9 from its Maven jars; Debian's package would bring a desktop with it. */
export const zookeeper: Recipe = {
  name: 'zookeeper',
  reference: 'zookeeper:3.9',
  parent: jre,
  pins: JARS,
  files: ['zookeeper'],
  async prepare(root, log) {
    // Native TLS for six platforms; plain Java's is enough.
    const excluded = ['netty-tcnative-boringssl-static', 'netty-tcnative-classes'];
    const bom: Coordinates = `org.apache.zookeeper:parent:${VERSION}`;
    await copyJars(join(root, HOME, 'lib'), JARS, { bom, excluded, log });
  },
  script: `groupadd -r -g 1000 zookeeper
useradd -r -g zookeeper -u 1000 -d /home/zookeeper -s /usr/sbin/nologin zookeeper
${aptInstall('netcat-openbsd')}
mv /opt/zookeeper/bin ${HOME}/bin
rmdir /opt/zookeeper
mkdir -p /data /datalog /logs
chown -R zookeeper:zookeeper /conf /data /datalog /logs
`,
  check: `test -e ${HOME}/lib/zookeeper-${VERSION}.jar && test "$(id -u zookeeper):$(id -g zookeeper)" = 1000:1000`,
  config: {
    Env: [
      ...JAVA_ENV.map((entry) => (entry.startsWith('PATH=') ? `${entry}:${HOME}/bin` : entry)),
      'ZOO_CONF_DIR=/conf',
      'ZOO_DATA_DIR=/data',
      'ZOO_DATA_LOG_DIR=/datalog',
      'ZOO_LOG_DIR=/logs',
      'ZOO_TICK_TIME=2000',
      'ZOO_INIT_LIMIT=5',
      'ZOO_SYNC_LIMIT=2',
      'ZOO_AUTOPURGE_PURGEINTERVAL=0',
      'ZOO_AUTOPURGE_SNAPRETAINCOUNT=3',
      'ZOO_MAX_CLIENT_CNXNS=60',
      'ZOO_STANDALONE_ENABLED=true',
      'ZOO_ADMINSERVER_ENABLED=true',
      'ZOOCFGDIR=/conf',
    ],
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['zkServer.sh', 'start-foreground'],
    WorkingDir: HOME,
    Volumes: ['/data', '/datalog', '/logs'],
    ExposedPorts: ['2181/tcp', '2888/tcp', '3888/tcp', '8080/tcp'],
  },
};
