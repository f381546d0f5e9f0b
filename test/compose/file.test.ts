/** compose.yaml and its files fit the rest of the project. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { storeDefaults } from '../../operator/src/api/resolve.ts';
import { mariadbFiles } from '../../scripts/compose/mariadb.ts';
import { parseConfig } from '../../service/src/config.ts';
import { version } from '../images/ours/source.ts';
import { imagesOf, servicesOf } from './file.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FILE = join(ROOT, 'compose.yaml');

/** Lines of NAME=VALUE. */
function settings(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').split('\n');
  return Object.fromEntries(
    lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split('=', 2) as [string, string]),
  );
}

describe('compose.yaml', () => {
  it('runs what the operator runs by default, and our image of this release', async () => {
    expect((await imagesOf(FILE)).sort()).to.deep.equal([
      `apache/kafka:${storeDefaults.withZooKeeper}`,
      `mariadb:${storeDefaults.database}`,
      `memo-service:${await version()}`,
      'nginx:1.26',
      `redis:${storeDefaults.cache}`,
      `zookeeper:${storeDefaults.zookeeper}`,
    ]);
  });

  it('gives the API an environment that it reads', async () => {
    const { api } = await servicesOf(FILE);
    const environment = { ...settings(join(ROOT, 'compose/api.env')), ...api?.environment };
    const config = parseConfig(environment, (path) => {
      return path.includes('cache') ? 'redis://memo_a:secret@redis:6379/0' : 'mysql://memo_a:secret@mariadb/memo_app';
    });
    expect(config.http).to.deep.include({ shutdownDelayMs: 0, port: 8000, trustedProxies: ['172.16.0.0/12'] });
    expect(config.events).to.deep.include({ bootstrapServers: ['kafka:9092'], createTopic: false });
  });

  it('makes its database as the operator does: run `make generate` after a change', () => {
    for (const [path, text] of Object.entries(mariadbFiles())) {
      expect(readFileSync(join(ROOT, 'compose/mariadb', path), 'utf8') === text, path).to.equal(true);
    }
  });
});
