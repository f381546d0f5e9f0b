/**
 * How soon the operator does its work again after a fault: a child is taken away, and the time until it is back is taken from
 * the moment at which the fault is over. `node bench/operator/recovery.ts --times 5`, `--only 'etcd'` for the faults of which
 * the name says so. Prints a table; fails when a child did not come back within two minutes.
 */
import { parseArgs } from 'node:util';
import { startCluster } from '../../test/cluster/cluster.ts';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { pass, startApiProxy } from '../../test/operator/faults/api-proxy.ts';
import { clientOn } from '../../test/operator/harness/client.ts';
import { install } from '../../test/operator/harness/install.ts';
import { kubectlOn } from '../../test/operator/harness/kubectl.ts';
import { operatorKubeconfig } from '../../test/operator/harness/operator.ts';
import { quantile } from '../quantile.ts';
import { faults } from './recovery/faults.ts';
import { Scene } from './recovery/scene.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
});
const log = consoleLog();

const cluster = await startCluster({ name: 'bench-recovery', rung: 1, log });
const client = await clientOn(cluster);
const proxy = await startApiProxy(await operatorKubeconfig(cluster));
const scene = new Scene({ cluster, client, proxy });
try {
  await install(await kubectlOn(cluster));
  await scene.open();
  console.log('| fault | seconds until its work goes on: median | longest | of |');
  console.log('|---|---|---|---|');
  for (const [name, strike] of Object.entries(faults)) {
    if (!name.includes(values.only)) continue;
    const seconds: number[] = [];
    for (let time = 0; time < Number(values.times); time += 1) {
      seconds.push(await scene.recovery(strike));
      proxy.treat(() => pass);
      log(`${name}: ${seconds.at(-1)?.toFixed(2)} s`);
    }
    const [median, longest] = [quantile(seconds, 0.5), Math.max(...seconds)];
    console.log(`| ${name} | ${median.toFixed(2)} | ${longest.toFixed(2)} | ${seconds.length} |`);
  }
} finally {
  await scene.close();
  await proxy.close();
  await client.close();
  await cluster.stop();
}
