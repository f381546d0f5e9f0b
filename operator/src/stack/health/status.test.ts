import { expect } from 'chai';
import { resolved } from '../../../../test/operator/harness/rendered.ts';
import { fine, seeing, standing, type Live } from '../../../../test/operator/harness/standing.ts';
import { storeVersionAnnotation } from '../../api/labels.ts';
import type { MemoAppStatus } from '../../api/memoapp.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { statusOf } from './status.ts';

const managed = resolved({});
const externalAt = (host: string): ResolvedApp =>
  resolved({ database: { external: { host, credentialsSecret: { name: 'db' } } } });

const without = (app: ResolvedApp): Live[] => standing(app).filter(({ kind }) => kind !== 'PersistentVolumeClaim');

/** With a claim of the managed database, on which 11.4 has run. */
function withVolume(app: ResolvedApp): Live[] {
  return standing(app).map((live) => {
    const annotations = { [storeVersionAnnotation]: '11.4' };
    return live.kind === 'PersistentVolumeClaim' ? { ...live, metadata: { ...live.metadata, annotations } } : live;
  });
}

function database(
  app: ResolvedApp,
  objects: readonly Live[],
  previous: MemoAppStatus['database'],
  outcome = fine,
): object | undefined {
  const before = previous && { database: previous };
  return statusOf(app, seeing(objects), outcome, before, new Date(0)).database;
}

describe('what the status has on record of the managed database', () => {
  const address = 'db.example:3306/memo_app';

  it('is kept while one of others is in use, and after its volume is gone', () => {
    const kept = { address, keptVersion: '11.4' };
    expect(database(externalAt('db.example'), without(managed), { version: '11.4' })).to.deep.equal(kept);
    expect(database(externalAt('db.example'), without(managed), kept)).to.deep.equal(kept);
    const another = { ...kept, address: 'other.example:3306/memo_app' };
    expect(database(externalAt('other.example'), without(managed), kept)).to.deep.equal(another);
    expect(database(managed, without(managed), kept)).to.deep.equal({ version: '11.4' });
  });

  it('is learnt from a volume that is there, and is nothing where none has served', () => {
    const kept = { address, keptVersion: '11.4' };
    expect(database(externalAt('db.example'), withVolume(managed), { address })).to.deep.equal(kept);
    expect(database(externalAt('db.example'), without(managed), { address })).to.deep.equal({ address });
    expect(database(managed, without(managed), { address })).to.equal(undefined);
  });

  it('ends where the database starts empty, with new passwords', () => {
    const anew = { ...fine, startsEmpty: true };
    expect(database(managed, without(managed), { version: '11.4' }, anew)).to.equal(undefined);
    expect(database(managed, without(managed), { address, keptVersion: '11.4' }, anew)).to.equal(undefined);
  });
});
