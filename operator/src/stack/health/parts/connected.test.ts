import { expect } from 'chai';
import { resolved, seen } from '../../../../../test/operator/harness/rendered.ts';
import { standing } from '../../../../../test/operator/harness/standing.ts';
import type { MemoAppSpec } from '../../../api/memoapp.ts';
import type { KubeObject } from '../../../runtime/object.ts';
import { cacheReady } from './cache.ts';
import { databaseReady } from './database.ts';
import { eventsReady } from './events.ts';

const credentialsSecret = { name: 'account' };
const spec = {
  database: { external: { host: 'db.example', credentialsSecret } },
  cache: { external: { url: 'redis://cache.example:6379', credentialsSecret } },
  events: { external: { bootstrapServers: ['kafka.example:9092'], createTopic: 'Never' } },
} as const satisfies MemoAppSpec;

const healthy = { database: 'healthy', redis: 'healthy', kafka: 'healthy' } as const;
const objects = standing(resolved(spec)) as readonly unknown[] as readonly KubeObject[];
const observed = seen(objects, healthy);

function told(asked: MemoAppSpec): string[] {
  const app = resolved(asked);
  return [databaseReady, cacheReady, eventsReady].map((part) => part(app, observed).reason);
}

describe('what pods of the API say of stores that others run', () => {
  it('is taken where they were started with what the spec says of them', () => {
    expect(told(spec)).to.deep.equal(['Available', 'Available', 'Available']);
  });

  it('is not taken for another address, account or authority, which pods that have to stay do not have', () => {
    const cache = { external: { url: 'redis://other.example:6379', credentialsSecret } };
    expect(told({ ...spec, cache })).to.deep.equal(['Available', 'WaitingForAPI', 'Available']);
    const database = { external: { host: 'db.example', credentialsSecret: { name: 'another' } } };
    expect(told({ ...spec, database })).to.deep.equal(['WaitingForAPI', 'Available', 'Available']);
    const events = { external: { ...spec.events.external, tls: { caSecret: { name: 'ca' } } } } as const;
    expect(told({ ...spec, events })).to.deep.equal(['Available', 'Available', 'WaitingForAPI']);
  });
});
