import { expect } from 'chai';
import { resolved, seen } from '../../../../../test/operator/harness/rendered.ts';
import { fine, standing } from '../../../../../test/operator/harness/standing.ts';
import { configHashAnnotation, selector } from '../../../api/labels.ts';
import type { MemoAppStatus } from '../../../api/memoapp.ts';
import { names } from '../../../api/names.ts';
import type { KubeObject } from '../../../runtime/object.ts';
import type { Observed, StoreHealth } from '../../observed.ts';
import { statusOf } from '../status.ts';
import { healthTargets } from './external.ts';

const app = resolved({
  database: { external: { host: 'db.example', credentialsSecret: { name: 'db' } } },
  cache: { disabled: {} },
  events: { disabled: {} },
});
const well: StoreHealth = { database: 'healthy', redis: 'not_configured', kafka: 'not_configured' };

const all = standing(app) as readonly unknown[] as KubeObject[];
const deployment = all.find(({ metadata }) => metadata.name === names(app).api) as
  { spec?: { template?: { metadata?: { annotations?: Record<string, string> } } } } | undefined;
const config = deployment?.spec?.template?.metadata?.annotations?.[configHashAnnotation] ?? '';

/** A pod of the API with this configuration, and with its container in this state. */
function pod(of: string, state: object = { running: {} }, ready = 'running' in state ? 'True' : 'False'): KubeObject {
  const metadata = { name: `of-${of}`, labels: selector(app, 'api'), annotations: { [configHashAnnotation]: of } };
  const env = [{ name: 'DATABASE_URL', value: 'mysql://db.example:3306/memo_app' }];
  const status = {
    podIP: '192.0.2.1',
    conditions: [{ type: 'Ready', status: ready }],
    containerStatuses: [{ name: 'api', state }],
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'api', env }] }, status };
}

function status(
  storeHealth: Observed['storeHealth'],
  previous?: MemoAppStatus,
  pods: readonly KubeObject[] = [pod(config)],
): MemoAppStatus {
  return statusOf(app, seen([...all, ...pods], storeHealth), fine, previous, new Date(0));
}

/** `True Available` and the like. */
function told({ conditions = [] }: MemoAppStatus, type: string): string {
  const found = conditions.find((condition) => condition.type === type);
  return `${found?.status} ${found?.reason}`;
}

function message({ conditions = [] }: MemoAppStatus, type: string): string {
  return conditions.find((condition) => condition.type === type)?.message ?? '';
}

describe('an app whose API pods do not tell how an external database is', () => {
  it('is as it was said last for a while, and then it is not known whether it is available', () => {
    const before = status(well);
    expect(told(before, 'APIAvailable')).to.equal('True Available');
    expect(told(status('awaited', before), 'APIAvailable')).to.equal('True Available');
    const silent = status('silent', before);
    expect(told(silent, 'APIAvailable')).to.equal('Unknown APISilent');
    expect(told(silent, 'Ready')).to.equal('Unknown APISilent');
    expect(message(silent, 'Ready')).to.match(/MariaDB at db\.example:3306\/memo_app is not known.*port 9090/);
    expect(told(status(well, silent), 'APIAvailable')).to.equal('True Available');
  });

  it('stays unavailable where the database was away when they were last heard', () => {
    const before = status({ ...well, database: 'unhealthy' });
    expect(told(before, 'APIAvailable')).to.equal('False WaitingForDatabase');
    expect(told(status('awaited', before), 'APIAvailable')).to.equal('False WaitingForDatabase');
  });

  it('waits for them on a first install, and says in the end what to look at', () => {
    const first = status('awaited');
    expect(told(first, 'DatabaseReady')).to.equal('Unknown WaitingForAPI');
    const silent = status('silent', first);
    expect(told(silent, 'DatabaseReady')).to.equal('Unknown APISilent');
    expect(message(silent, 'DatabaseReady')).to.match(/NetworkPolicies/);
  });

  it('has nothing written by an operator that is restarted, asks anew and waits in vain', () => {
    let last = status('silent', status(well));
    for (const restarted of [undefined, 'awaited', 'silent'] as const) {
      const next = status(restarted, last);
      expect(next).to.deep.equal(last);
      last = next;
    }
  });

  it('is as it was while those that know cannot start, for those that serve are not asked', () => {
    const before = status(well);
    const stuck = [pod('before'), pod(config, { waiting: { reason: 'ImagePullBackOff' } })];
    for (const answer of ['awaited', 'silent'] as const)
      expect(told(status(answer, before, stuck), 'APIAvailable')).to.equal('True Available');
    expect(healthTargets(app, seen([...all, ...stuck]))?.addresses).to.deep.equal([]);
    expect(healthTargets(app, seen([...all, pod(config)]))?.addresses).to.deep.equal(['192.0.2.1']);
  });
});

describe('pods of the API that are asked of an external database', () => {
  const at = (address: string, one: KubeObject): KubeObject => ({
    ...one,
    metadata: { ...one.metadata, name: address },
    status: { ...(one['status'] as object), podIP: address },
  });
  const ready = at('192.0.2.1', pod(config));
  const stuck = at('192.0.2.2', pod(config, { running: {} }, 'False'));
  const asked = (...pods: KubeObject[]): readonly string[] | undefined =>
    healthTargets(app, seen([...all, ...pods]))?.addresses;

  it('are those that serve: a new one on a node that is cut off does not take the API for down', () => {
    expect(asked(ready, stuck)).to.deep.equal(['192.0.2.1']);
  });

  it('are all with the configuration that is wanted where none of them serves', () => {
    expect(asked(stuck)).to.deep.equal(['192.0.2.2']);
    expect(asked(stuck, at('192.0.2.3', pod('before')))).to.deep.equal(['192.0.2.2']);
  });
});

describe('a roll-out of the API that is stuck, with an external database', () => {
  const away: StoreHealth = { ...well, database: 'unhealthy' };
  const starting = pod(config, { running: {} }, 'False');
  const before = pod('before');

  for (const [what, health, pods, available] of [
    ['new pods do not reach it, those of before serve', away, [before, starting], 'Unknown Unreachable'],
    [
      'the one new pod that serves does not reach it',
      away,
      [before, pod(config), starting],
      'False WaitingForDatabase',
    ],
    ['new pods reach it and are not ready for another reason', well, [before, starting], 'True Available'],
  ] as const) {
    it(`says of the API what is known of it: ${what}`, () => {
      expect(told(status(health, status(well), pods), 'APIAvailable')).to.equal(available);
    });
  }

  it('says that pods of before serve, and what is wrong with the database that the new ones are to use', () => {
    const stuck = status(away, status(well), [before, starting]);
    expect(message(stuck, 'APIAvailable')).to.match(/^pods of before serve, and no new one reaches the database/);
    expect(told(stuck, 'DatabaseReady')).to.equal('False Unreachable');
    expect(told(stuck, 'Ready')).to.equal('False Unreachable');
    // A restarted operator writes nothing.
    expect(status(undefined, stuck, [before, starting])).to.deep.equal(stuck);
  });

  it('says that nobody serves once the pods of before are gone', () => {
    const gone = all.map((object) =>
      object.metadata.name === names(app).api && object.kind === 'Deployment'
        ? { ...object, status: { replicas: 2, updatedReplicas: 2 } }
        : object,
    );
    const stuck = statusOf(app, seen([...gone, starting], away), fine, status(well), new Date(0));
    expect(told(stuck, 'APIAvailable')).to.equal('False PodNotReady');
    expect(told(stuck, 'Ready')).to.equal('False Unreachable');
  });
});
