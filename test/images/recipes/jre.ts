import { debian } from './debian.ts';
import { aptInstall, STANDARD_PATH } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** Java 21 without a screen, at the path that the Temurin images have it; below Kafka and ZooKeeper. */
export const jre: Recipe = {
  name: 'jre',
  parent: debian,
  // The package's own scripts write to the manual pages' folder.
  script: `mkdir -p /usr/share/man/man1
${aptInstall('openjdk-21-jre-headless')}
mkdir -p /opt/java
ln -s "$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")" /opt/java/openjdk
`,
  check: `/opt/java/openjdk/bin/java -version 2>&1 | grep -q '"21\\.'`,
};

export const JAVA_ENV = [
  STANDARD_PATH.replace('PATH=', 'PATH=/opt/java/openjdk/bin:'),
  'JAVA_HOME=/opt/java/openjdk',
  'LANG=C.UTF-8',
];
