/**
 * What clients notice of the things that are done to an app in the course of a year, on a real cluster: the API rolled, the
 * operator replaced, a pod of each part evicted. `node bench/operator/disruptions.ts` prints a table, and fails when an
 * acknowledged memo is lost.
 */
import type { Part } from '../../operator/src/api/labels.ts';
import { rollApi } from '../../test/e2e/harness/change.ts';
import { evict, renewOperator } from '../../test/e2e/disruptions/acts.ts';
import { usualRequests } from '../../test/e2e/disruptions/requests.ts';
import { isSuccess, startTraffic } from '../../test/e2e/disruptions/traffic.ts';
import { bringSample, sampleApp, sampleHost } from '../../test/e2e/harness/sample.ts';
import { startStage, type Stage } from '../../test/e2e/harness/stage.ts';

const parts: readonly Part[] = ['api', 'cache', 'zookeeper', 'events', 'database'];

const acts: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'API rolled': async (stage) => await rollApi(stage, sampleApp),
  'operator replaced': async (stage) => await renewOperator(stage, sampleApp),
  ...Object.fromEntries(
    parts.map((part) => [`pod of ${part} evicted`, async (stage: Stage) => await evict(stage, sampleApp, part)]),
  ),
};

const stage = await startStage((cluster) => process.once('exit', () => void cluster.stop()), 'bench-disruptions');
try {
  await bringSample(stage);
  const client = stage.clientOf(sampleHost, 8);
  const requests = await usualRequests(client);
  console.log(
    '| done | until all is as before, s | requests | answered | refused by 503 | failed | longest outage, s |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const [name, act] of Object.entries(acts)) {
    const traffic = startTraffic(requests.kinds);
    const began = performance.now();
    await act(stage);
    const took = (performance.now() - began) / 1000;
    for (const [kind, { answered, outage }] of Object.entries(await traffic.stop())) {
      const count = (which: (status: number) => boolean): number =>
        Object.entries(answered).reduce((sum, [status, times]) => (which(Number(status)) ? sum + times : sum), 0);
      const failed = count((status) => !isSuccess(status) && status !== 503);
      const cells = [name, took.toFixed(1), kind, count(isSuccess), count((status) => status === 503), failed];
      console.log(`| ${[...cells, outage.toFixed(1)].join(' | ')} |`);
    }
  }
  const gone = await requests.lost();
  if (gone.length > 0) console.error(`${gone.length} acknowledged memos are lost: ${gone.join(', ')}`);
  process.exitCode = gone.length > 0 ? 1 : 0;
  await client.close();
} finally {
  await stage.cluster.stop();
}
