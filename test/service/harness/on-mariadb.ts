/** A service on a database of its own and nothing else. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { migrate, startService } from './service.ts';
import type { Service } from './service.ts';
import { rootSession } from './sql.ts';

export interface OnMariaDB {
  readonly database: MariaDB;
  readonly service: Service;
  readonly root: Connection;
  /** The service has to end in good order. */
  stop(): Promise<void>;
}

export async function startOnMariaDB(): Promise<OnMariaDB> {
  const database = await startMariaDB();
  expect(await migrate({ DATABASE_URL: database.url })).to.include({ status: 0 });
  const service = await startService({ DATABASE_URL: database.url });
  const root = await rootSession(database);
  return {
    database,
    service,
    root,
    stop: async () => {
      root.destroy();
      expect(await service.stop()).to.equal(0);
      await database.stop();
    },
  };
}
