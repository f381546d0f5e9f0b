import { expect } from 'chai';
import { resolved } from '../../../../../test/operator/harness/rendered.ts';
import { seeing, standing } from '../../../../../test/operator/harness/standing.ts';
import { migrationName } from '../../jobs/migration.ts';
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

  it('leaves the API available meanwhile', () => {
    expect(apiAvailable(again, observed, [], migratedBy).status).to.equal('True');
  });
});
