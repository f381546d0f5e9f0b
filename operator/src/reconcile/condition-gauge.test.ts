import { expect } from 'chai';
import { Registry } from 'prom-client';
import type { ConditionStatus } from '../api/conditions.ts';
import type { MemoApp } from '../api/memoapp.ts';
import { apiVersion, kind } from '../api/names.ts';
import { Store } from '../runtime/watch/store.ts';
import { registerConditionGauge } from './condition-gauge.ts';

function memoApp(name: string, conditions: Readonly<Record<string, ConditionStatus>>): MemoApp {
  const stored = Object.entries(conditions).map(([type, status]) => ({
    type,
    status,
    reason: 'Available',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }));
  return { apiVersion, kind, metadata: { namespace: 'club', name }, spec: {}, status: { conditions: stored } };
}

describe('the gauge of the conditions', () => {
  let leads: boolean;
  let apps: Store<MemoApp>;
  let registry: Registry;

  beforeEach(() => {
    leads = true;
    apps = new Store<MemoApp>();
    registry = new Registry();
    registerConditionGauge(registry, { apps, leads: () => leads });
  });

  async function series(): Promise<string[]> {
    const text = await registry.metrics();
    return text.split('\n').filter((line) => line.startsWith('memo_app_condition{'));
  }

  it('has each condition that is in a status, as a number', async () => {
    apps.replace(
      [memoApp('shop', { Ready: 'False', APIAvailable: 'True' }), memoApp('new', { Ready: 'Unknown' })],
      '1',
    );
    expect(await series()).to.deep.equal([
      'memo_app_condition{namespace="club",name="shop",type="Ready"} 0',
      'memo_app_condition{namespace="club",name="shop",type="APIAvailable"} 1',
      'memo_app_condition{namespace="club",name="new",type="Ready"} -1',
    ]);
  });

  it('forgets a MemoApp with its store', async () => {
    apps.replace([memoApp('shop', { Ready: 'True' })], '1');
    apps.replace([], '2');
    expect(await series()).to.deep.equal([]);
  });

  it('leaves it to the replica that leads', async () => {
    apps.replace([memoApp('shop', { Ready: 'True' })], '1');
    leads = false;
    expect(await series()).to.deep.equal([]);
  });
});
