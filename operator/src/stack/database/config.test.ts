import { expect } from 'chai';
import type { MemoAppSpec } from '../../api/memoapp.ts';
import { resolve } from '../../api/resolve.ts';
import { serverConfig } from './config.ts';

type Settings = NonNullable<NonNullable<NonNullable<MemoAppSpec['database']>['managed']>['settings']>;

function linesOf(settings: Settings | undefined): string[] {
  const spec: MemoAppSpec = { database: { managed: { ...(settings && { settings }) } } };
  const head = { apiVersion: 'memo.sogangcomputerclub.org/v1alpha1', kind: 'MemoApp' } as const;
  const { database } = resolve({ ...head, metadata: { name: 'shop' }, spec }, { release: '1.0.0', volumes: {} });
  if (database.mode !== 'managed') throw new Error('the database is not managed');
  return (serverConfig(database)['memo.cnf'] ?? '').trimEnd().split('\n');
}

describe('the configuration of MariaDB', () => {
  // Byte for byte: its hash is in the pod template, so a new operator that wrote it otherwise would restart every database.
  it('is the same as ever where nothing is asked for', () => {
    expect(linesOf(undefined)).to.deep.equal([
      '[mariadbd]',
      'character-set-server = utf8mb4',
      'innodb-flush-log-at-trx-commit = 1',
      'innodb-buffer-pool-size = 536870912',
      'max-connections = 512',
      'skip-name-resolve = ON',
    ]);
    expect(linesOf({})).to.deep.equal(linesOf(undefined));
  });

  it('has what is asked for in the place of ours, and no line twice', () => {
    const lines = linesOf({ wait_timeout: 600, innodb_buffer_pool_size: '256M', max_connections: 900 });
    expect(lines).to.include.members(['wait-timeout = 600', 'innodb-buffer-pool-size = 256M', 'max-connections = 900']);
    expect(lines.filter((line) => /^(innodb-buffer-pool-size|max-connections) /.test(line))).to.have.length(2);
  });

  it('does not depend on the order in which settings are written', () => {
    expect(linesOf({ wait_timeout: 1, back_log: 2 })).to.deep.equal(linesOf({ back_log: 2, wait_timeout: 1 }));
  });
});
