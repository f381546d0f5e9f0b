/** A small run of `bench/service/schemathesis.ts`. */
import { expect } from 'chai';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { runSchemathesis } from '../schemathesis/run.ts';
import { migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';

describe('the service, asked by schemathesis', function () {
  this.timeout(300_000);
  let database: MariaDB;
  let service: Service;

  before(async () => {
    database = await startMariaDB();
    const environment = { DATABASE_URL: database.url, LOG_LEVEL: 'warn' };
    expect(await migrate(environment)).to.include({ status: 0 });
    service = await startService(environment);
  });

  after(async () => {
    await service.stop();
    await database.stop();
  });

  it('answers every operation as its document says, whatever is sent', async () => {
    const { output, report } = await runSchemathesis({ port: service.port, seed: 1, examples: 15 });
    expect([...report.failures, ...report.errors], output).to.deep.equal([]);
    expect(report.operations.tested, output).to.equal(report.operations.total - 1);
    expect(service.logs()).to.equal('');
  });
});
