/** Three brokers under writers, one of which is lost. What takes longer is in bench/operator/brokers.ts. */
import { expect } from 'chai';
import { names } from '../../operator/src/api/names.ts';
import type { AppName } from '../../scripts/stack/memoapp.ts';
import { losePod } from './brokers/faults.ts';
import { startObserver } from './brokers/observer.ts';
import type { Observer } from './brokers/observer.ts';
import { eventsIn, partitionsIn } from './brokers/verdict.ts';
import type { Client } from './harness/client.ts';
import type { Staged } from './harness/stage.ts';
import { ready } from './harness/ready.ts';
import { eventually } from './harness/witness.ts';
import { startWriter, writeTwice } from './harness/writer.ts';
import type { Writer } from './harness/writer.ts';

/** @param app Ready, with three brokers and events of updates */
export function brokers(stage: Staged, app: AppName, host: string): void {
  let client: Client;
  let writer: Writer;
  let observer: Observer;

  before(async () => {
    observer = await startObserver(stage().kubectl, app, 3);
    client = stage().clientOf(host);
    writer = startWriter(writeTwice(client));
    await eventually(
      stage().kubectl,
      app,
      'events arrive',
      60,
      async () => (await observer.soFar()).arrivals.length > 0,
    );
  });

  after(async () => {
    await writer.stop();
    await client.close();
    await observer.stop();
  });

  it('says that it has 2 of 3 when one is lost, and is Ready again when it is back', async () => {
    await losePod(stage(), app, `${names(app).events}-0`);
    await ready(stage().kubectl, app);
  });

  it('had a leader and two copies in sync of every partition all the time', async () => {
    const { fewestInSync, leaderless, looks, mostBehind } = partitionsIn(await observer.soFar());
    expect(looks).to.be.above(0);
    expect({ fewestInSync, leaderless, mostBehind }).to.deep.equal({ fewestInSync: 2, leaderless: 0, mostBehind: 1 });
  });

  it('has taken every memo', () => {
    expect(writer.acknowledged).not.to.have.length(0);
    expect(writer.refusals).to.deep.equal([]);
  });

  it('has shown a consumer every event, in order for each memo', async () => {
    await writer.stop();
    const verdict = await eventually(stage().kubectl, app, 'the last event', 60, async () => {
      const found = eventsIn(await observer.soFar(), writer.acknowledged);
      return found.missing.length === 0 ? found : undefined;
    });
    expect(verdict.outOfOrder).to.deep.equal([]);
    expect(verdict.events).to.be.at.least(writer.acknowledged.length * 2);
  });
}
