import { expect } from 'chai';
import { resolved } from '../../../../../test/operator/harness/rendered.ts';
import { fine, seeing, standing } from '../../../../../test/operator/harness/standing.ts';
import type { MemoApp } from '../../../api/memoapp.ts';
import { apiVersion, kind } from '../../../api/names.ts';
import { resolve } from '../../../api/resolve.ts';
import { migrationName } from '../../jobs/migration.ts';
import { statusOf } from '../status.ts';
import { apiAvailable } from './api.ts';
import { schemaMigrated } from './schema.ts';

describe('the schema that is brought up to date once more, as the annotation asks', () => {
  const app = resolved({ version: '1.0.0' });
  const observed = seeing(standing(app));
  const migratedBy = migrationName(app, observed);
  const again = { ...app, migrateAgain: 'after a restore' };

  it('is that of the release once another Job has succeeded', () => {
    const said = ({ reason, status }: ReturnType<typeof schemaMigrated>): string => `${status} ${reason}`;
    const before = { version: '1.0.0', migratedBy };
    expect(said(schemaMigrated(app, observed, before))).to.equal('True Available');
    expect(said(schemaMigrated(again, observed, before))).to.equal('False Migrating');
    const after = { ...before, migratedBy: migrationName(again, observed) };
    expect(said(schemaMigrated(again, observed, after))).to.equal('True Available');
  });

  it('is awaited still where the annotation is taken off meanwhile', () => {
    const metadata = { name: 'shop', namespace: 'club', uid: 'u', generation: 1 };
    const { migrateAgain } = again;
    const status = { version: '1.0.0', migratedBy, migrateAgain };
    const takenOff: MemoApp = { apiVersion, kind, metadata, spec: { version: '1.0.0' }, status };
    const seen = resolve(takenOff, { release: '1.0.0', volumes: {} });
    expect(schemaMigrated(seen, observed, status).reason).to.equal('Migrating');
    expect(statusOf(seen, observed, fine, status, new Date(0))).to.include({ migratedBy, migrateAgain });
  });

  it('leaves the API available meanwhile', () => {
    expect(apiAvailable(again, observed, [], migratedBy).status).to.equal('True');
  });
});
