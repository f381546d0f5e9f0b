/** The seam between operator and service: the service's own parser reads what the operator renders. */
import { expect } from 'chai';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import { resolve } from '../../operator/src/api/resolve.ts';
import { mountedUris, serviceEnvironment } from '../../operator/src/stack/api/environment.ts';
import { parseConfig } from '../../service/src/config.ts';

const specs: readonly (readonly [what: string, spec: MemoApp['spec']])[] = [
  ['nothing', {}],
  ['no cache and no events', { cache: { disabled: {} }, events: { disabled: {} } }],
  [
    'everything',
    {
      api: {
        autoscaling: { maxReplicas: 5 },
        connectionPool: { min: 12, max: 14 },
        logLevel: 'debug',
        legacyPaths: 'Disabled',
        cors: { allowedOrigins: ['https://memo.example'] },
      },
      cache: { ttl: '60s' },
      events: { managed: { version: '3.9.2', zooKeeper: {} }, topic: { name: 'notes' }, updateEvents: 'Enabled' },
    },
  ],
];

describe('the environment that the operator renders', () => {
  for (const [what, spec] of specs) {
    it(`is what the service reads, for a spec that asks for ${what}`, () => {
      const memoApp: MemoApp = {
        apiVersion: 'memo.sogangcomputerclub.org/v1alpha1',
        kind: 'MemoApp',
        metadata: { name: 'shop', namespace: 'club', uid: 'u' },
        spec,
      };
      const app = resolve(memoApp, { release: '0.1.0', volumes: {} });
      const environment = Object.fromEntries(serviceEnvironment(app).map(({ name, value }) => [name, value]));
      const folders = mountedUris(app).map(({ mountPath }) => mountPath);
      const config = parseConfig(environment, (path) => {
        expect(
          folders.some((folder) => path.startsWith(`${folder}/`)),
          path,
        ).to.equal(true);
        return path.includes('/cache/')
          ? 'redis://memo_a:pw@shop-cache.club.svc:6379/0'
          : 'mysql://memo_a:pw@shop-database.club.svc:3306/memo_app';
      });
      expect(config.database.poolMax).to.equal(app.api.connectionPool.max);
      expect(config.http.legacyPaths).to.equal(app.api.legacyPaths === 'Enabled');
      expect(config.updateEvents).to.equal(app.events.updateEvents === 'Enabled');
      expect(config.cache !== undefined).to.equal(app.cache.mode === 'managed');
      expect(config.events?.topic).to.equal(app.events.mode === 'managed' ? app.events.topic.name : undefined);
    });
  }
});
