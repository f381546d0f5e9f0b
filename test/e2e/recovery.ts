/** A pod of each part is deleted while memos are written: everything comes back, and no acknowledged memo is lost. */
import { expect } from 'chai';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { selectorText } from '../../operator/src/api/labels.ts';
import type { Suspects } from '../../scripts/stack/diagnosis.ts';
import { operatorPods } from '../../scripts/stack/operator.ts';
import type { Client, Memo } from './client.ts';
import { fewest, sampleApp, sampleHost } from './sample.ts';
import type { Staged } from './stage.ts';
import { isReady, ready } from './ready.ts';
import { eventually } from './witness.ts';
import { startWriter } from './writer.ts';

const { namespace } = sampleApp;

const parts: readonly (readonly [string, Suspects])[] = [
  ['operator', operatorPods],
  ['API', { namespace, selector: selectorText(sampleApp, 'api') }],
  ['Redis', { namespace, selector: selectorText(sampleApp, 'cache') }],
  ['ZooKeeper', { namespace, selector: selectorText(sampleApp, 'zookeeper') }],
  ['Kafka', { namespace, selector: selectorText(sampleApp, 'events') }],
  ['MariaDB', { namespace, selector: selectorText(sampleApp, 'database') }],
];

export function recovery(stage: Staged): void {
  let client: Client;
  let earlier: Memo;

  before(async () => {
    client = stage().clientOf(sampleHost);
    earlier = await client.create('남는 기록', '파드가 죽어도 남아야 하는 메모');
  });

  after(async () => await client.close());

  async function pods({ namespace: where, selector }: Suspects): Promise<readonly Pod[]> {
    return await stage().kubectl.list<Pod>('pods', '-n', where, '-l', selector);
  }

  /** Deletes one pod and waits until it is gone and as many as there have to be are ready. */
  async function replaceOne(part: string, suspects: Suspects): Promise<void> {
    const { kubectl } = stage();
    const before = (await pods(suspects)).filter(isReady);
    const { name = '', uid } = before[0]?.metadata ?? {};
    await kubectl.run(['delete', 'pod', name, '-n', suspects.namespace, '--wait=false']);
    await eventually(kubectl, sampleApp, `another pod of ${part} is ready`, 150, async () => {
      const now = await pods(suspects);
      const gone = now.every(({ metadata }) => metadata?.uid !== uid);
      return gone && now.filter(isReady).length >= Math.min(before.length, fewest) ? true : undefined;
    });
  }

  for (const [part, suspects] of parts) {
    it(`comes back when a pod of ${part} is deleted, and loses no memo`, async () => {
      const { kubectl } = stage();
      const content = `${part} 없는 동안`;
      const writer = startWriter((number) => client.create(`기록 ${number}`, content));
      try {
        await replaceOne(part, suspects);
        await ready(kubectl, sampleApp);
        const soFar = writer.acknowledged.length;
        await eventually(kubectl, sampleApp, 'a memo is acknowledged again', 60, () => {
          return Promise.resolve(writer.acknowledged.length > soFar ? true : undefined);
        });
      } finally {
        await writer.stop();
      }
      const found = new Set((await client.search(content)).map(({ id }) => id));
      expect(writer.acknowledged.filter(({ id }) => !found.has(id))).to.deep.equal([]);
      expect((await client.search('죽어도')).map(({ id }) => id)).to.deep.equal([earlier.id]);
    });
  }
}
