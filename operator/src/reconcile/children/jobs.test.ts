import { expect } from 'chai';
import { resolved } from '../../../../test/operator/harness/rendered.ts';
import { seeing, standing, type Live } from '../../../../test/operator/harness/standing.ts';
import { selector } from '../../api/labels.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { migrationJob } from '../../stack/jobs/migration.ts';
import { jobs } from './jobs.ts';

const now = new Date('2026-01-01T12:00:00Z');

describe('the Jobs of an app that goes to a database of others', () => {
  const before = resolved({ cache: { disabled: {} }, events: { disabled: {} } });
  const podOfBefore: Live = {
    kind: 'Pod',
    metadata: { name: 'shop-api-1', labels: selector(before, 'api') },
    spec: { containers: [{ name: 'api', env: [] }] },
  };
  const there = [...standing(before).filter(({ kind }) => kind !== 'Job'), podOfBefore];

  const to = (credentials: string): ResolvedApp =>
    resolved({
      cache: { disabled: {} },
      events: { disabled: {} },
      database: {
        external: {
          host: 'db',
          credentialsSecret: { name: credentials },
          migrationCredentialsSecret: { name: 'owner' },
        },
      },
    });

  /** Its migration, made by us at that time and since then in this state. */
  function madeFor(app: ResolvedApp, status: object = {}): Live {
    const { kind, metadata, spec } = migrationJob(app, seeing(there)) as unknown as Live;
    const owner = { apiVersion: 'v1', kind: 'MemoApp', name: 'shop', uid: app.uid, controller: true };
    return { kind, metadata: { ...metadata, ownerReferences: [owner] }, spec, status } as Live;
  }

  const failedAt = (lastTransitionTime: string): object => ({
    conditions: [{ type: 'Failed', status: 'True', lastTransitionTime }],
  });

  /** `due`, `standing`, or neither: to be pruned. */
  function fate(app: ResolvedApp, live: readonly Live[]): string {
    const found = jobs(app, undefined, seeing([...there, ...live]), now);
    if (found.due.length > 0) return 'due';
    return found.standing.length > 0 ? 'standing' : 'pruned';
  }

  it('begin without anybody who could say whether it answers', () => {
    expect(fate(to('db'), [])).to.equal('due');
    expect(fate(to('db'), [madeFor(to('db'))])).to.equal('standing');
  });

  it('are made anew some time after they gave up', () => {
    expect(fate(to('db'), [madeFor(to('db'), failedAt('2026-01-01T11:57:00Z'))])).to.equal('standing');
    expect(fate(to('db'), [madeFor(to('db'), failedAt('2026-01-01T11:54:00Z'))])).to.equal('pruned');
  });

  it('are made anew at once with another account of the API', () => {
    const job = migrationJob(to('typo'), seeing(there)).metadata.name;
    expect(migrationJob(to('db'), seeing(there)).metadata.name).to.equal(job);
    expect(fate(to('db'), [madeFor(to('typo'))])).to.equal('pruned');
  });
});
