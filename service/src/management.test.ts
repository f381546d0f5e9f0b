import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { Gauge, Registry } from 'prom-client';
import type { HealthReport } from './health/health.ts';
import { managementServer } from './management.ts';

const PATHS = ['/livez', '/readyz', '/health', '/metrics'];

describe('the management port', () => {
  let url: string;
  let registry: Registry;
  let report: () => Promise<HealthReport>;
  let logged: string;
  let close: () => void;

  beforeEach(async () => {
    registry = new Registry();
    report = () =>
      Promise.resolve({
        status: 'healthy',
        timestamp: '2024-01-01T00:00:00.000Z',
        services: { database: 'healthy', redis: 'not_configured', kafka: 'not_configured' },
      });
    logged = '';
    const log = pino({}, { write: (line) => (logged += line) });
    const health = { report: () => report() };
    const server = managementServer({ health, metrics: { registry }, notReady: () => undefined, log });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => server.close().closeAllConnections();
  });

  afterEach(() => close());

  it('answers GET and HEAD, and 405 with Allow to anything else', async () => {
    for (const path of PATHS) {
      for (const method of ['GET', 'HEAD']) {
        expect((await fetch(url + path, { method })).status, `${method} ${path}`).to.equal(200);
      }
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const refused = await fetch(url + path, { method });
        expect([refused.status, refused.headers.get('allow')], `${method} ${path}`).to.deep.equal([405, 'GET, HEAD']);
        expect(await refused.json()).to.have.all.keys('detail');
      }
    }
    const unknown = await fetch(`${url}/else`, { method: 'POST' });
    expect([unknown.status, await unknown.json()]).to.deep.equal([404, { detail: `there are ${PATHS.join(', ')}` }]);
  });

  it('says nothing of what is inside when it fails: that is in the log', async () => {
    const fail = (): never => {
      throw new Error('at db.internal:3306');
    };
    report = () => Promise.reject(new Error('at db.internal:3306'));
    registry.registerMetric(new Gauge({ name: 'broken', help: 'x', registers: [], collect: fail }));
    for (const path of ['/health', '/metrics']) {
      const failed = await fetch(url + path);
      expect(failed.status, path).to.equal(500);
      expect(await failed.text())
        .to.match(/^\{"detail":/)
        .and.not.include('internal:3306');
    }
    expect(logged.match(/at db\.internal:3306/g)).to.have.length.of.at.least(2);
  });

  it('says when to ask again while the database is away', async () => {
    const before = await fetch(`${url}/health`);
    expect([before.status, before.headers.get('retry-after')]).to.deep.equal([200, null]);
    const services = { database: 'unhealthy', redis: 'healthy', kafka: 'healthy' } as const;
    report = () => Promise.resolve({ status: 'unhealthy', timestamp: '2024-01-01T00:00:00.000Z', services });
    const away = await fetch(`${url}/health`);
    expect([away.status, away.headers.get('retry-after')]).to.deep.equal([503, '1']);
    expect(await away.json()).to.deep.include({ status: 'unhealthy', services });
  });
});
