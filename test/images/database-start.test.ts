/** The first initialisation of the database, as the operator has it done, killed at every stage of it. */
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, Container as PodContainer } from 'kubernetes-types/core/v1.js';
import { resolve } from '../../operator/src/api/resolve.ts';
import { databaseObjects } from '../../operator/src/stack/database/database.ts';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import { until } from '../until.ts';
import { dataFolder } from '../stores/folder.ts';
import { seen } from '../operator/harness/rendered.ts';
import { crdText } from '../operator/harness/schema.ts';
import { ensureImages } from './build.ts';
import type { Container } from './running/container.ts';
import { runToEnd, start } from './running/container.ts';
import { unpack } from './running/image.ts';
import type { Image } from './running/image.ts';

const user = 999;
const passwords = { root: 'root-secret', migration: 'migration-secret', service: `s'ecret\\ "$HOME" \`id\` #%` };
const marker = '.memo-initialising';
const settings = { innodb_buffer_pool_size: '96M', lock_wait_timeout: 77, max_connections: 345 };

/** What the log says last before the kill; each is said by an initialisation alone. */
const stages = ['Initializing database files', 'Temporary server started', '10-service-user.sh', '99-initialised.sh'];

describe('the first initialisation of the database', function () {
  this.timeout(600_000);
  const folder = dataFolder('database-start', user);
  const objects = databaseObjects(
    resolve(
      {
        apiVersion: 'memo.sogangcomputerclub.org/v1alpha1',
        kind: 'MemoApp',
        metadata: { name: 'shop' },
        spec: { database: { managed: { settings } } },
      },
      { release: '0.1.0', volumes: {} },
    ),
    {
      observed: seen(),
      apiImage: 'memo-service:0.1.0',
      apiReplicas: 'ours',
      ready: true,
      secretHashes: {},
      databaseUser: 'club.memo',
    },
  );
  let image: Image;
  let running: Container | undefined;

  before('have the image made and unpacked', async function () {
    this.timeout(20 * 60_000);
    image = await unpack((await ensureImages(['mariadb:11.8'])).get('mariadb:11.8') ?? '');
  });

  afterEach(async () => {
    await running?.[Symbol.asyncDispose]();
    running = undefined;
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function emptyVolume(): void {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    chownSync(folder, user, user);
  }

  async function killAt(stage: string): Promise<void> {
    const container = await startDatabase();
    await logged(container, stage);
    process.kill(container.pid, 'SIGKILL');
    await container[Symbol.asyncDispose]();
  }

  /** The pod's container on the volume, with its files and Secrets. */
  async function startDatabase(): Promise<Container> {
    const { command = [], env = [] } = mariadb(objects);
    const files = {
      ...mounted(objects, 'shop-database', '/etc/mysql/conf.d'),
      ...mounted(objects, 'shop-database-init', '/docker-entrypoint-initdb.d'),
      ...Object.fromEntries(
        Object.entries(passwords).map(([name, password]) => [`/run/secrets/memo/${name}/password`, password]),
      ),
    };
    running = await start(image, {
      user,
      command,
      // Time zones take the longest, and have no part in this.
      env: { ...Object.fromEntries(env.map(({ name, value = '' }) => [name, value])), MARIADB_INITDB_SKIP_TZINFO: '1' },
      files,
      folders: { '/var/lib/mysql': folder },
      scratch: ['/tmp', '/run/mysqld'],
    });
    return running;
  }

  async function query(container: Container, account: string, password: string, sql: string): Promise<string> {
    const client = ['mariadb', '-h127.0.0.1', '--skip-ssl', `-u${account}`, `-p${password}`, '-N', '-e', sql];
    return await until(
      `an answer to ${account}`,
      async () => {
        const { output, status } = await container.exec(client);
        if (status !== 0) throw new Error(output);
        return output.trim();
      },
      { seconds: 60, hint: 'look at its log' },
    );
  }

  /** Looks often: what is said may be over in no time. */
  async function logged(container: Container, text: string): Promise<void> {
    await until(
      text,
      () => {
        if (container.logs().includes(text)) return true;
        if (!container.ended) return false;
        throw new Error(container.logs().slice(-2000));
      },
      { seconds: 150, hint: 'look at its log', everyMilliseconds: 5 },
    );
  }

  async function serves(container: Container): Promise<void> {
    await logged(container, 'port: 3306');
    const grants = await query(container, 'club.memo', passwords.service, 'SHOW GRANTS');
    expect(grants).to.match(/SELECT, INSERT, UPDATE, DELETE ON `memo_app`/);
    expect(await query(container, 'memo_migrate', passwords.migration, 'SHOW DATABASES')).to.include('memo_app');
    const asked = 'SELECT @@innodb_buffer_pool_size DIV 1048576, @@lock_wait_timeout, @@max_connections';
    expect(await query(container, 'club.memo', passwords.service, asked)).to.equal('96\t77\t345');
    const { status } = await container.exec(['mariadb', '-uroot', '-S', '/run/mysqld/mysqld.sock', '-e', 'SELECT 1']);
    expect(status, 'root without a password').not.to.equal(0);
  }

  it('begins again after a kill at any stage of it, and ends in a database that the app can use', async () => {
    emptyVolume();
    for (const stage of stages) await killAt(stage);
    const last = await startDatabase();
    await serves(last);
  });

  it('is over once the marker is gone, though its server was killed', async () => {
    emptyVolume();
    await killAt('Stopping temporary server');
    const next = await startDatabase();
    await serves(next);
    expect(next.logs()).not.to.include('begins again');
  });

  it('never empties a folder again once it has served', async () => {
    const first = await startDatabase();
    await logged(first, 'port: 3306');
    await query(first, 'memo_migrate', passwords.migration, 'CREATE TABLE memo_app.kept (id INT); SELECT 1');
    await first[Symbol.asyncDispose]();
    // As if the marker had been put back by hand, or with a backup of half a folder.
    writeFileSync(join(folder, marker), '');
    const again = await startDatabase();
    await logged(again, 'port: 3306');
    expect(await query(again, 'memo_migrate', passwords.migration, 'SHOW TABLES IN memo_app')).to.equal('kept');
  });
});

/** A name that MariaDB did not know, by a slip of the pen, would refuse nothing. */
describe('the settings that the schema refuses', function () {
  this.timeout(60_000);

  it('are ones that MariaDB has', async () => {
    const image = await unpack((await ensureImages(['mariadb:11.8'])).get('mariadb:11.8') ?? '');
    const { output } = await runToEnd(image, { user, args: ['mariadbd', '--no-defaults', '--verbose', '--help'] });
    const known = new Set(
      [...output.matchAll(/^ +(?:-\S, )?--([a-z0-9-]+)/gm)].map(([, name = '']) => name.replaceAll('-', '_')),
    );
    const lists = [...crdText.matchAll(/\[([^\]]+)\]\.exists\(name, name\.startsWith\(key\)\)/g)];
    const refused = lists.flatMap(([, names = '']) => [...names.matchAll(/'(\w+)'/g)].map(([, name = '']) => name));
    expect(refused).to.include.members(['sync_binlog', 'datadir']);
    expect(refused.filter((name) => !known.has(name))).to.deep.equal([]);
  });
});

function mariadb(objects: readonly KubeObject[]): PodContainer {
  const set = objects.find(({ kind }) => kind === 'StatefulSet') as StatefulSet | undefined;
  const [container] = set?.spec?.template.spec?.containers ?? [];
  if (!container) throw new Error('the stack has no database');
  return container;
}

function mounted(objects: readonly KubeObject[], name: string, path: string): Record<string, string> {
  const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name) as
    ConfigMap | undefined;
  return Object.fromEntries(Object.entries(map?.data ?? {}).map(([file, text]) => [`${path}/${file}`, text]));
}
