/** A pod of each part is deleted while memos are written: everything comes back, and no acknowledged memo is lost. */
import { expect } from 'chai';
import { selectorText } from '../../operator/src/api/labels.ts';
import type { Suspects } from '../../scripts/stack/diagnosis.ts';
import { operatorPods } from '../../scripts/stack/operator.ts';
import type { Client, Memo } from './harness/client.ts';
import { sampleApp, sampleHost } from './harness/sample.ts';
import type { Staged } from './harness/stage.ts';
import { ready } from './harness/ready.ts';
import { replaceOne } from './harness/successor.ts';
import { eventually } from './harness/witness.ts';
import { startWriter } from './harness/writer.ts';

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

  for (const [part, suspects] of parts) {
    it(`comes back when a pod of ${part} is deleted, and loses no memo`, async () => {
      const { kubectl } = stage();
      const content = `${part} 없는 동안`;
      const writer = startWriter((number) => client.create(`기록 ${number}`, content));
      try {
        await replaceOne(stage(), suspects, async ({ name = '' }) => {
          await kubectl.run(['delete', 'pod', name, '-n', suspects.namespace, '--wait=false']);
        });
        await ready(kubectl, sampleApp);
        const soFar = writer.acknowledged.length;
        await eventually(kubectl, sampleApp, 'a memo is acknowledged again', 60, () =>
          Promise.resolve(writer.acknowledged.length > soFar),
        );
      } finally {
        await writer.stop();
      }
      const found = new Set((await client.search(content)).map(({ id }) => id));
      expect(writer.acknowledged.filter(({ id }) => !found.has(id))).to.deep.equal([]);
      expect((await client.search('죽어도')).map(({ id }) => id)).to.deep.equal([earlier.id]);
    });
  }
}
