/**
 * The truth table (operator/src/api/states.ts), row by row on one cluster with real controllers and simulated nodes: each state
 * is made as it comes about, or as the kubelet would report it, in a namespace of its own, all at the same time.
 */
import { expect } from 'chai';
import type { ConditionType, StoredCondition } from '../../../operator/src/api/conditions.ts';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { states, stateNames, verdicts, type State, type StateName } from '../../../operator/src/api/states.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { clientOn } from '../harness/client.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { verdictsOn } from '../install/verdicts.ts';
import { ingressClass, patience, Place } from './place.ts';
import { small, type Row } from './row.ts';
import { rows } from './rows.ts';
import { until } from '../harness/until.ts';
import { readyMadeClass, slowClass } from '../harness/volumes.ts';

/** No message is longer: what others say at length is cut. */
const longest = 600;

describe('the truth table', function () {
  this.timeout(180_000);
  let on: Installed;
  let client: ApiClient;
  const places: Place[] = [];
  const outcomes = new Map<StateName, Promise<MemoApp>>();

  before(async () => {
    on = await startInstalled({ name: 'test-truth', rung: 2, objects: [readyMadeClass, slowClass, ingressClass] });
    client = await clientOn(on.cluster);
    for (const [index, name] of stateNames.entries()) {
      const place = new Place(client, `row-${index}`);
      places.push(place);
      const outcome = comeAbout(name, place);
      // Whoever waits for it hears of a failure; nobody may be waiting yet.
      outcome.catch(() => undefined);
      outcomes.set(name, outcome);
    }
  });

  after(async () => {
    await Promise.allSettled(outcomes.values());
    for (const place of places) place.close();
    await client.close();
    await on.stop();
  });

  for (const name of stateNames) {
    it(`${name}: ${toldAs(states[name])}`, async () => {
      const memoApp = await outcomes.get(name);
      const conditions = memoApp?.status?.conditions ?? [];
      for (const { message } of conditions) expect(message).to.have.length.below(longest);
      const { says }: State = states[name];
      const told = Object.entries(rows[name].tells).filter(([, [, reason]]) => reason === says?.reason);
      const types = told.map(([type]) => type);
      if (says && says.condition !== 'part') expect(types).to.include(says.condition);
      if (says) expect(types).not.to.have.length(0);
    });
  }

  it('has no row for a start as it should be: nothing is called wrong, though the volume comes late', async () => {
    const place = new Place(client, 'start');
    await place.ask({ spec: { ...small, database: { managed: { storage: { className: 'slow' } } } } });
    await place.told('DatabaseReady', 'VolumeBinding');
    const [ready] = await place.firstTold();
    expect(ready).to.include({ type: 'Ready', status: 'Unknown', reason: 'Observing' });
    await place.provision('data-shop-database-0');
    await place.told('Ready', 'Available');
    expect(await place.warnings()).to.deep.equal([]);
  });

  it('is told in Events from the install over a stop to the last start, and none is dropped', async () => {
    const route = { hostnames: ['memo.example'], ingress: { className: ingressClass.metadata.name } };
    const running = { api: { replicas: 1 }, route };
    const place = new Place(client, 'told');
    const told = async (note: string): Promise<void> => {
      await until(note, async () => (await place.notes()).some((one) => one.startsWith(note)), patience);
    };
    await place.ask({ spec: running, volumes: 2 });
    await place.publish();
    await told('Ready is True: 1 of 1 API pods serve');
    await place.edit({ ...running, state: 'Stopped' });
    await told('Ready is True: every pod is stopped');
    await place.edit({ ...running, api: { replicas: 2 } });
    await told('Ready is True: 2 of 2 API pods serve');
    expect(await on.operator.metric('event_recorder_dropped_total')).to.equal(0);
  });

  it('reads the same to Argo CD, to kstatus and to Flux', async () => {
    const memoApps = await Promise.all(outcomes.values());
    const found = await verdictsOn(memoApps);
    for (const [index, name] of [...outcomes.keys()].entries()) {
      const { argo, ...read } = found[index] ?? {};
      const told = JSON.stringify(memoApps[index]?.status?.conditions, null, 1);
      expect({ ...read, argo: argo?.status }, `${name}: ${told}`).to.deep.equal(verdicts[states[name].course]);
    }
  });
});

function toldAs({ says }: State): string {
  return says ? `${says.condition === 'part' ? 'its part' : says.condition} says ${says.reason}` : 'nothing changes';
}

/** Makes the state, waits until every condition is as the row tells it at one time, and answers the MemoApp as it is then. */
async function comeAbout(name: StateName, place: Place): Promise<MemoApp> {
  const row: Row = rows[name];
  await place.ask(row);
  await row.happens?.(place);
  const memoApp = await until(
    `the row of ${place.namespace}`,
    async () => {
      const seen = await place.memoApp();
      const wrong = Object.keys(row.tells).filter((type) => !isTold(row, type as ConditionType, seen));
      if (!('Ready' in row.tells) && !isRepeated(states[name], row, seen)) wrong.push('Ready');
      const stalled = seen.status?.conditions?.some(({ type }) => type === 'Stalled') ?? false;
      if (stalled !== 'Stalled' in row.tells) wrong.push('Stalled');
      if (wrong.length > 0) throw new Error(JSON.stringify([wrong, seen.status?.conditions], null, 1));
      return seen;
    },
    patience,
  );
  const told = Object.values(row.tells).map(([, reason]) => reason);
  const expected = new Set<string>([...told, ...(row.onTheWay ?? [])]);
  // On the way there nothing else may have been called wrong: what belongs to every start is no failure.
  expect((await place.warnings()).filter(({ reason }) => !expected.has(reason))).to.deep.equal([]);
  return memoApp;
}

/** Whether `Ready` says what the condition does that the state is about. */
function isRepeated({ says }: State, { tells }: Row, { status }: MemoApp): boolean {
  const conditions = status?.conditions ?? [];
  const [type] = Object.entries(tells).find(([, [, reason]]) => reason === says?.reason) ?? [];
  const said = conditions.find((condition) => condition.type === type);
  const ready = conditions.find((condition) => condition.type === 'Ready');
  return ready?.status === 'False' && ready.reason === said?.reason && ready.message === said.message;
}

function isTold({ tells }: Row, type: ConditionType, { status }: MemoApp): boolean {
  const [is, reason, message] = tells[type] ?? [];
  const found = status?.conditions?.find((condition) => condition.type === type) as StoredCondition | undefined;
  return found?.status === is && found?.reason === reason && message?.test(found?.message ?? '') === true;
}
