import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../cluster/host/command.ts';
import { ensurePackages } from '../../cluster/host/packages.ts';
import type { Log } from '../../cluster/host/progress.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';
import { cacheFolder } from './cache.ts';

/** `group:artifact:version`; the version may be left out where the bill of materials has it. */
export type Coordinates = `${string}:${string}`;

/**
 * Copies the named jars and all they need at run time into `folder`.
 * @param bom a bill of materials (a pom) that says versions.
 */
export async function copyJars(
  folder: string,
  jars: readonly Coordinates[],
  options: { bom?: Coordinates; excluded?: readonly string[]; log?: Log | undefined } = {},
): Promise<void> {
  await ensurePackages([{ command: 'mvn', package: 'maven' }], options.log);
  const project = temporaryFolder('jars');
  try {
    await writeFile(join(project, 'pom.xml'), pom(jars, options.bom));
    await mkdir(folder, { recursive: true });
    const excluded = (options.excluded ?? []).join(',');
    await run(
      'mvn',
      [
        '-B',
        '-q',
        `-Dmaven.repo.local=${cacheFolder('maven')}`,
        'dependency:copy-dependencies',
        `-DoutputDirectory=${folder}`,
        '-DincludeScope=runtime',
        `-DexcludeArtifactIds=${excluded}`,
      ],
      { cwd: project },
    );
  } finally {
    await rm(project, { recursive: true });
  }
}

function pom(jars: readonly Coordinates[], bom: Coordinates | undefined): string {
  const managed =
    bom === undefined
      ? ''
      : `<dependencyManagement><dependencies>${dependency(bom, '<type>pom</type><scope>import</scope>')}</dependencies></dependencyManagement>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>memoapp</groupId><artifactId>jars</artifactId><version>1</version>
${managed}<dependencies>${jars.map((jar) => dependency(jar, '')).join('')}</dependencies>
</project>`;
}

function dependency(coordinates: Coordinates, more: string): string {
  const [group = '', artifact = '', version] = coordinates.split(':');
  const pinned = version === undefined ? '' : `<version>${version}</version>`;
  return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>${pinned}${more}</dependency>`;
}
