import { chownSync, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startJail } from './jail.ts';
import { mariadbServes } from './ready.ts';
import { ensureRootfs } from '../images/rootfs.ts';
import { startStore, writeCertificate } from './store.ts';
import type { Store, StoreOptions } from './store.ts';
import { copyTemplate, ensureTemplate } from './template.ts';

/** What a MariaDB is started with. */
export interface MariaDBOptions extends StoreOptions {
  /** Made at the first start, with user `memo` (password `memo`) in charge of it; absent: `memo_app`. */
  readonly database?: string;
  /** Its data are on a disk of so many MiB that ends with the process; 55 of them are what an empty one needs. */
  readonly diskMiB?: number;
  /** Further `[mariadbd]` settings, e.g. `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running MariaDB; {@link Store.url} is that of user `memo`. */
export interface MariaDB extends Store {
  readonly database: string;
  /** The same database as root. */
  readonly rootUrl: string;
}

const UID = 999;
const DATA = '/var/lib/mysql';
// Small files, so that a copy of the empty data folder is quick; nothing survives the machine, so nothing waits for its disk
// (a killed process loses no byte it handed to the kernel).
const SMALL = ['--innodb-log-file-size=8M', '--innodb-buffer-pool-size=64M', '--innodb-flush-method=nosync'];

const SECURED = [`--ssl-cert=${DATA}/server.pem`, `--ssl-key=${DATA}/server.pem`, '--require-secure-transport=ON'];

/** MariaDB with an empty database; the data are those of the official image's layout. */
export async function startMariaDB(options: MariaDBOptions = {}): Promise<MariaDB> {
  const root = await ensureRootfs('mariadb');
  const database = options.database ?? 'memo_app';
  const template = await ensureTemplate('mariadb', root, (folder) => install(root, folder));
  const settings = Object.entries(options.settings ?? {}).map(
    ([name, value]) => `--${name.replaceAll('_', '-')}=${value}`,
  );
  const store = await startStore(
    {
      name: 'mariadb',
      uid: UID,
      grace: 30_000,
      serves: mariadbServes,
      url: (port) => `mariadb://memo:memo@127.0.0.1:${port}/${database}`,
      jail: async (ports, folder) => {
        const data = join(folder, 'data');
        if (!existsSync(data)) await copyTemplate(template, data);
        await writeFile(join(folder, 'init.sql'), accounts(database));
        const { certificate } = options;
        if (certificate) await writeCertificate(folder, certificate);
        return {
          root,
          uid: UID,
          command: [
            '/usr/sbin/mariadbd',
            '--no-defaults',
            `--datadir=${DATA}/data`,
            `--init-file=${DATA}/init.sql`,
            '--socket=/tmp/mariadb.sock',
            '--bind-address=127.0.0.1',
            `--port=${ports.listen}`,
            '--skip-name-resolve',
            '--character-set-server=utf8mb4',
            ...(certificate ? SECURED : []),
            ...SMALL,
            ...settings,
          ],
          binds: { [DATA]: folder },
          ...(options.diskMiB !== undefined && { disks: { [DATA]: options.diskMiB } }),
        };
      },
    },
    options,
  );
  return Object.assign(store, { database, rootUrl: store.url.replace('memo:memo@', 'root:root@') });
}

/** An empty data folder by MariaDB's own script. */
async function install(root: string, folder: string): Promise<void> {
  chownSync(folder, UID, UID);
  const jail = await startJail({
    root,
    uid: UID,
    command: [
      '/usr/bin/env',
      'mariadb-install-db',
      '--no-defaults',
      `--datadir=${DATA}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--force', // does not ask for the machine's name in a DNS that is not there
      '--skip-log-bin',
      ...SMALL,
    ],
    binds: { [DATA]: folder },
  });
  await jail.ended();
  if (!existsSync(join(folder, 'mysql'))) throw new Error(`mariadb-install-db failed: ${jail.logs()}`);
}

function accounts(database: string): string {
  return [
    `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4;`,
    `CREATE USER IF NOT EXISTS 'memo'@'%' IDENTIFIED BY 'memo';`,
    `GRANT ALL ON \`${database}\`.* TO 'memo'@'%';`,
    // The install script makes these without a password, and they come before `%`.
    `DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';`,
    `CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY 'root';`,
    `GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;`,
    '',
  ].join('\n');
}
