import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { names } from '../../../operator/src/api/names.ts';
import { databaseObjects } from '../../../operator/src/stack/database/database.ts';
import { runToEnd } from '../running/container.ts';
import type { Container, ContainerOptions } from '../running/container.ts';
import type { Bench, Contract, Point } from './contract.ts';
import { answers, declares, endsOnTerm, runsAnyCommand } from './contract.ts';
import { firstPod, nothingThere, sampleApp } from './rendered.ts';

const user = 999;
const data = '/var/lib/mysql';
const initdb = '/docker-entrypoint-initdb.d';
const upgradeInfo = 'mariadb_upgrade_info';
const passwords = { root: `r'oot\\`, migration: 'm-1', service: 's-1' };
const healthy = ['healthcheck.sh', '--connect', '--innodb_initialized'];
/** Nothing here outlives the machine, so nothing waits for its disk. */
const fast = { '/etc/mysql/conf.d/zz-fast.cnf': '[mariadbd]\ninnodb-flush-method=nosync\nhost-cache-size=11\n' };
/** Sourced before the operator's own script; the temporary server waits there until the file is gone. */
const held = { [`${initdb}/00-held.sh`]: 'touch /tmp/held\nwhile [ -e /tmp/held ]; do sleep 0.1; done\n' };

/** The sample's database as the operator runs it, with these passwords in its Secrets. */
async function operated(
  bench: Bench,
  known: typeof passwords,
  files: ContainerOptions['files'],
): Promise<ContainerOptions> {
  const app = await sampleApp();
  const child = names(app);
  const options = firstPod(databaseObjects(app, nothingThere), child.database, {
    secrets: {
      [child.databaseRoot]: { password: known.root },
      [child.databaseMigration]: { password: known.migration },
      [child.databaseCredentials]: { password: known.service },
    },
    folders: { [data]: bench.volume('data', user) },
  });
  return { ...options, files: { ...options.files, ...fast, ...files } };
}

/** The first start, held while the temporary server runs. */
async function initializing(bench: Bench): Promise<Container> {
  const container = await bench.shared('first', () => operated(bench, passwords, held));
  await answers(container, ['sh', '-c', 'ls /tmp/held'], 'held');
  return container;
}

async function first(bench: Bench): Promise<Container> {
  const container = await bench.shared('first', () => operated(bench, passwords, held));
  if (!container.logs().includes('init process done')) {
    await initializing(bench);
    await container.exec(['rm', '/tmp/held']);
    await answers(container, healthy, '');
  }
  return container;
}

/** Another start on the same data, now said to be of an older release, with other passwords and another script. */
async function second(bench: Bench): Promise<Container> {
  const before = await first(bench);
  const container = await bench.shared('second', async () => {
    if (!before.ended) await before.stop();
    await writeFile(join(bench.volume('data', user), upgradeInfo), '10.11.14-MariaDB');
    const others = { root: 'r-2', migration: 'm-2', service: 's-2' };
    return await operated(bench, others, { [`${initdb}/20-later.sql`]: 'CREATE DATABASE later;' });
  });
  await answers(container, healthy, '');
  return container;
}

/** One file of each other kind that the first start reads; each makes a database. */
const SCRIPTS = `cd /scripts
printf '#!/bin/sh\\necho "CREATE DATABASE by_program" | mariadb --skip-ssl -uroot -p"$MARIADB_ROOT_PASSWORD"\\n' >program.sh
chmod 755 program.sh
echo 'CREATE DATABASE plain' >a.sql
echo 'CREATE DATABASE by_gzip' | gzip >b.sql.gz
echo 'CREATE DATABASE by_xz' | xz >c.sql.xz
echo 'CREATE DATABASE by_zstd' | zstd -q >d.sql.zst`;

/** As root, by the elder names, with whatever the image has for the rest. */
async function asRoot(bench: Bench): Promise<Container> {
  const scripts = bench.volume('scripts', user);
  const env = {
    MYSQL_ROOT_PASSWORD: 'r-3',
    MYSQL_DATABASE: 'memo_app',
    MYSQL_USER: 'memo',
    MYSQL_PASSWORD: 'm-3',
    MARIADB_INITDB_SKIP_TZINFO: '1',
  };
  const args = ['--innodb-flush-method=nosync', '--max-connections=77'];
  const container = await bench.shared('root', async () => {
    const made = await runToEnd(bench.image, {
      user: 0,
      folders: { '/scripts': scripts },
      args: ['sh', '-euc', SCRIPTS],
    });
    expect(made.status, made.output).to.equal(0);
    return { user: 0, writable: true, env, args, folders: { [initdb]: scripts } };
  });
  await answers(container, healthy, '');
  return container;
}

/** What a statement says to an account that comes over TCP. */
async function says(container: Container, account: string, password: string, sql: string): Promise<string> {
  const login = ['--protocol=tcp', '-h127.0.0.1', `-u${account}`, `-p${password}`, '--skip-ssl', '-BN'];
  return (await container.exec(['mariadb', ...login, '-e', sql])).output.trim();
}

const firstStart: readonly Point[] = [
  {
    says: 'the first start has a temporary server that listens on no port: `healthcheck.sh --connect`, and without it any other test, refuses it',
    async check(bench) {
      const container = await initializing(bench);
      const socket = await container.exec(['healthcheck.sh', '--no-connect', '--innodb_initialized']);
      expect(socket.status, socket.output).to.equal(0);
      for (const test of ['--connect', '--innodb_initialized']) {
        expect((await container.exec(['healthcheck.sh', test])).status, test).to.equal(1);
      }
      expect((await container.exec(['mariadb', '--protocol=tcp', '-h127.0.0.1'])).output).to.include('ERROR 2002');
    },
  },
  {
    says: 'as 999 with a read-only root it serves: `/var/lib/mysql`, `/run/mysqld` and `/tmp` must be writable',
    async check(bench) {
      expect((await (await first(bench)).exec(['stat', '-c', '%u', '/proc/1'])).output).to.equal('999\n');
    },
  },
  {
    says: '`MARIADB_DATABASE`, `MARIADB_USER` and `MARIADB_PASSWORD` make a database and its owner; `_FILE` behind a name reads a file',
    async check(bench) {
      const sql = 'CREATE TABLE memo_app.t (i INT); DROP TABLE memo_app.t; SELECT CURRENT_USER()';
      expect(await says(await first(bench), 'memo_migrate', passwords.migration, sql)).to.equal('memo_migrate@%');
    },
  },
  {
    says: '`MARIADB_ROOT_PASSWORD` is that of root, whatever characters it has; `MARIADB_ROOT_HOST=localhost` keeps root inside',
    async check(bench) {
      const container = await first(bench);
      const sql = `SELECT GROUP_CONCAT(host) FROM mysql.global_priv WHERE user = 'root'`;
      const local = await container.exec(['mariadb', '-uroot', `-p${passwords.root}`, '-BN', '-e', sql]);
      expect(local.output).to.equal('localhost\n');
      expect((await container.exec(['mariadb', '-uroot', '-e', sql])).output).to.include('ERROR 1045');
    },
  },
  {
    says: '`*.sh` in `/docker-entrypoint-initdb.d` is sourced, in the order of names, and may call `docker_process_sql`',
    async check(bench) {
      const rights = await says(await first(bench), 'memo_a', passwords.service, 'SHOW GRANTS');
      expect(rights).to.match(/GRANT SELECT, INSERT, UPDATE, DELETE ON `memo_app`/);
    },
  },
  {
    says: 'settings in `/etc/mysql/conf.d` win over those of the image; time zones are known by name',
    async check(bench) {
      const sql = `SELECT @@host_cache_size, CONVERT_TZ('2026-01-01', 'UTC', 'Asia/Seoul')`;
      const answer = await says(await first(bench), 'memo_a', passwords.service, sql);
      expect(answer).to.equal('11\t2026-01-01 09:00:00');
    },
  },
];

const laterStarts: readonly Point[] = [
  {
    says: 'passwords and `/docker-entrypoint-initdb.d` are read at the first start alone',
    async check(bench) {
      const container = await second(bench);
      expect(await says(container, 'memo_migrate', 'm-2', 'SELECT 1')).to.include('Access denied');
      const databases = await says(container, 'memo_migrate', passwords.migration, 'SHOW DATABASES');
      expect(databases.split('\n')).to.include('memo_app').and.not.to.include('later');
    },
  },
  {
    says: '`MARIADB_AUTO_UPGRADE=1` upgrades the data of an older release, the system tables kept beside them as they were',
    async check(bench) {
      const container = await second(bench);
      expect(container.logs()).to.include('Finished mariadb-upgrade');
      const folder = bench.volume('data', user);
      expect(await readFile(join(folder, upgradeInfo), 'utf8')).to.match(/^11\.8\./);
      expect(await readdir(folder)).to.include('system_mysql_backup_10.11.14-MariaDB.sql.zst');
    },
  },
];

const asked: readonly Point[] = [
  {
    says: 'started as root, it gives its folders to mysql and serves as mysql; the elder `MYSQL_*` names and arguments that begin with `-` are taken',
    async check(bench) {
      const container = await asRoot(bench);
      expect((await container.exec(['stat', '-c', '%u', '/proc/1', data])).output).to.equal('999\n999\n');
      expect(await says(container, 'memo', 'm-3', 'SELECT @@max_connections')).to.equal('77');
      expect(await says(container, 'root', 'r-3', 'SELECT CURRENT_USER()')).to.equal('root@%');
    },
  },
  {
    says: '`*.sh` with the x bit is run; `*.sql`, as it is or packed by gzip, xz or zstd, is read',
    async check(bench) {
      const databases = await says(await asRoot(bench), 'root', 'r-3', 'SHOW DATABASES');
      expect(databases.split('\n')).to.include.members(['by_program', 'plain', 'by_gzip', 'by_xz', 'by_zstd']);
    },
  },
  {
    says: 'without a word about the password of root, or with two, it makes nothing and ends with 1',
    async check({ image }) {
      const start = (env: Record<string, string>): ReturnType<typeof runToEnd> =>
        runToEnd(image, { user, scratch: [data, '/run/mysqld', '/tmp'], env });
      const [none, both] = await Promise.all([
        start({}),
        start({ MARIADB_ROOT_PASSWORD: 'one', MARIADB_ROOT_PASSWORD_FILE: '/etc/hostname' }),
      ]);
      expect(none).to.include({ status: 1 }).and.property('output').to.include('MARIADB_ROOT_PASSWORD');
      expect(both).to.include({ status: 1 }).and.property('output').to.include('are exclusive');
    },
  },
  {
    says: '`healthcheck.sh` refuses a test that it does not have',
    async check(bench) {
      const { output, status } = await (await asRoot(bench)).exec(['healthcheck.sh', '--galera_online']);
      expect({ status, output }).to.deep.include({ status: 1 });
      expect(output).to.include('unknown option or test');
    },
  },
];

export const mariadb: Contract = {
  reference: 'mariadb:11.8',
  points: [
    declares('port 3306, volume `/var/lib/mysql`, started as root unless told otherwise', {
      user: '',
      ports: ['3306/tcp'],
      volumes: [data],
    }),
    {
      says: 'user and group `mysql` are 999:999 and own `/var/lib/mysql`; `/run/mysqld` is open to any user',
      async check({ image }) {
        const command = `id -u mysql; id -g mysql; stat -c %u:%g ${data}; stat -c %a /run/mysqld`;
        const { output } = await runToEnd(image, { user, args: ['sh', '-c', command] });
        expect(output).to.equal('999\n999\n999:999\n1777\n');
      },
    },
    ...firstStart,
    {
      says: 'SIGTERM ends it with 0, in order',
      async check(bench) {
        const container = await first(bench);
        await endsOnTerm(container, 0, 30);
        expect(container.logs()).to.include('mariadbd: Shutdown complete');
      },
    },
    ...laterStarts,
    ...asked,
    runsAnyCommand({ user }),
  ],
  notKept: [
    'Ubuntu, its package manager and gosu: the stand-in is Debian with MariaDB 11.8 as Debian builds it',
    "the settings of MariaDB's own packages in `/etc/mysql/mariadb.conf.d` (its pid file, its collations)",
    'Galera, `mariadb-backup` and what is restored from its archives, the Perl tools, jemalloc and tcmalloc',
    '`MARIADB_REPLICATION_*`, `MARIADB_MASTER_*`, `MARIADB_MYSQL_LOCALHOST_*` and `MARIADB_VERSION`',
    "the entrypoint's own functions in the scripts of `/docker-entrypoint-initdb.d`, but for `docker_process_sql`",
    'the tests of `healthcheck.sh` for replication and Galera, and its `--su=`',
  ],
};
