import { expect } from 'chai';
import { resolved } from '../../../../../test/operator/harness/rendered.ts';
import { claim, seeing } from '../../../../../test/operator/harness/standing.ts';
import { names } from '../../../api/names.ts';
import { growthProblem } from './claims.ts';

describe('a volume that is being grown', () => {
  const app = resolved({});
  const growing = seeing([claim(app, 'database', names(app).database, '5Gi')]);

  it('is waited for', () => {
    expect(growthProblem(app, growing)?.reason).to.equal('VolumeGrowing');
  });

  it('is not waited for once the database is another: no pod mounts it any more, so it may never grow', () => {
    const external = { host: 'db.example', credentialsSecret: { name: 'db' } };
    expect(growthProblem(resolved({ database: { external } }), growing)).to.equal(undefined);
  });
});
