/** MariaDB: one pod with a volume. The memos are here and nowhere else. */
import { configHashAnnotation, selector, storeVersionAnnotation } from '../../api/labels.ts';
import { databaseName, names, podsService, ports, users } from '../../api/names.ts';
import type { ManagedDatabase, ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { claims, claimTemplate, type ClaimedStore } from '../claims.ts';
import type { StackInputs } from '../inputs.ts';
import { metadata } from '../metadata.ts';
import {
  contentHash,
  imageReference,
  lastWords,
  placement,
  podDefaults,
  resourcesOf,
  restricted,
  scratch,
  startupWithinAnHour,
  storeContainers,
  templateMetadata,
  userIds,
} from '../pod.ts';
import { storeReplicas } from '../replicas.ts';
import { configMap, headlessService, service, serviceAccount } from '../services.ts';
import { initScripts, serverConfig } from './config.ts';
import { dataFolder, initFolder, startCommand } from './initialisation.ts';

export function databaseObjects(app: ResolvedApp, inputs: StackInputs): KubeObject[] {
  const { database } = app;
  if (database.mode !== 'managed') return [];
  const child = names(app);
  const port = { name: 'mariadb', port: ports.database };
  return [
    serviceAccount(app, child.database, 'database'),
    configMap(app, child.database, 'database', serverConfig(database)),
    configMap(app, child.databaseInit, 'database', initScripts(inputs.databaseUser)),
    headlessService(app, child.database, 'database', [port]),
    service(app, child.database, 'database', [port]),
    ...claims(app, claimed(app, database), inputs.observed),
    statefulSet(app, database, inputs),
  ];
}

function claimed(app: ResolvedApp, { storage }: ManagedDatabase): ClaimedStore {
  return { part: 'database', statefulSet: names(app).database, replicas: 1, storage };
}

const secretFolder = '/run/secrets/memo';
/** The image's own check: it connects over TCP, so the server of the first initialisation does not count as ready. */
const healthcheck = { exec: { command: ['healthcheck.sh', '--connect', '--innodb_initialized'] } };

function statefulSet(app: ResolvedApp, database: ManagedDatabase, { observed }: StackInputs): KubeObject {
  const child = names(app);
  const { image, resources } = database;
  const writable = scratch({ tmp: '/tmp', run: '/run/mysqld' });
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata(app, child.database, 'database'),
    spec: {
      podManagementPolicy: 'Parallel',
      replicas: storeReplicas(app, 'database', 1, observed),
      selector: { matchLabels: selector(app, 'database') },
      serviceName: podsService(child.database),
      template: {
        // Not the init scripts: they run once in the life of a volume, and a new text must not restart the server.
        metadata: templateMetadata(app, 'database', database.pod, {
          [configHashAnnotation]: contentHash(serverConfig(database)),
          [storeVersionAnnotation]: database.version,
        }),
        spec: {
          ...podDefaults(app, child.database, userIds.mariadb),
          containers: [
            {
              name: storeContainers.database,
              image: imageReference(image),
              command: [...startCommand],
              env: [
                { name: 'MARIADB_AUTO_UPGRADE', value: '1' },
                { name: 'MARIADB_DATABASE', value: databaseName },
                { name: 'MARIADB_PASSWORD_FILE', value: `${secretFolder}/migration/password` },
                { name: 'MARIADB_ROOT_HOST', value: 'localhost' },
                { name: 'MARIADB_ROOT_PASSWORD_FILE', value: `${secretFolder}/root/password` },
                { name: 'MARIADB_USER', value: users.migration },
              ],
              ports: [{ name: 'mariadb', containerPort: ports.database, protocol: 'TCP' }],
              startupProbe: startupWithinAnHour(healthcheck),
              readinessProbe: { ...healthcheck, periodSeconds: 5, timeoutSeconds: 5 },
              resources: resourcesOf(resources),
              securityContext: { ...restricted },
              ...lastWords,
              volumeMounts: [
                // Below a folder of its own: a volume's root may hold lost+found, which MariaDB would take for a database.
                { name: 'data', mountPath: dataFolder, subPath: 'mysql' },
                { name: 'config', mountPath: '/etc/mysql/conf.d', readOnly: true },
                { name: 'init', mountPath: initFolder, readOnly: true },
                ...['root', 'migration', 'service'].map((name) => ({
                  name: `secret-${name}`,
                  mountPath: `${secretFolder}/${name}`,
                  readOnly: true,
                })),
                ...writable.mounts,
              ],
            },
          ],
          ...placement(database.pod),
          volumes: [
            { name: 'config', configMap: { name: child.database } },
            { name: 'init', configMap: { name: child.databaseInit } },
            passwordVolume('root', child.databaseRoot),
            passwordVolume('migration', child.databaseMigration),
            passwordVolume('service', child.databaseCredentials),
            ...writable.volumes,
          ],
        },
      },
      volumeClaimTemplates: [claimTemplate(claimed(app, database), observed)],
    },
  };
}

/** The password alone: the other keys are for those who connect. */
function passwordVolume(name: string, secretName: string): object {
  return { name: `secret-${name}`, secret: { secretName, items: [{ key: 'password', path: 'password' }] } };
}
