/**
 * The operator is killed, or loses an answer, at each write of each stage of a MemoApp's life, and must come to rest in the
 * state of an undisturbed life. `node bench/operator/crash-points.ts` tries all points; `--share 2/5` the second fifth of
 * them, `--seconds 60` begins none after a minute. Prints one table, and what differed.
 */
import { parseArgs } from 'node:util';
import { startCluster } from '../../test/cluster/cluster.ts';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { differences } from '../../test/operator/crash/compare.ts';
import { live, stages, type Site, type StageOutcome } from '../../test/operator/crash/life.ts';
import { prepareCluster } from '../../test/operator/crash/site.ts';
import { blows, type Blow, type Strike } from '../../test/operator/crash/strike.ts';
import { clientOn } from '../../test/operator/harness/client.ts';
import { install } from '../../test/operator/harness/install.ts';
import { kubectlOn } from '../../test/operator/harness/kubectl.ts';
import { operatorKubeconfig } from '../../test/operator/harness/operator.ts';

const began = performance.now();
const { values } = parseArgs({
  options: {
    share: { type: 'string', default: '1/1' },
    lanes: { type: 'string', default: '4' },
    seconds: { type: 'string', default: 'Infinity' },
  },
});
const [share = 1, of = 1] = values.share.split('/').map(Number);

const log = consoleLog();
const cluster = await startCluster({ name: 'bench-crash', rung: 2, log });
const client = await clientOn(cluster);
await install(await kubectlOn(cluster));
await prepareCluster(client);
const site: Site = { client, kubeconfig: await operatorKubeconfig(cluster) };

const undisturbed = await live(site);
// The number of writes varies a little with the pace of the controllers: some more than were seen.
const most = Math.max(...undisturbed.map(({ writes }) => writes)) + 3;
const strikes: Strike[] = [
  { write: 0, blow: 'killed before the answer' },
  ...blows.flatMap((blow) => Array.from({ length: most }, (_, index) => ({ write: index + 1, blow }))),
];
const mine = strikes.filter((_, index) => index % of === share - 1);

let lived = 0;
const lives = mine.length;
const points = new Map<string, { tried: number; converged: number }>();
await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
print();
await client.close();
await cluster.stop();

async function lane(): Promise<void> {
  for (let strike = next(); strike; strike = next()) {
    try {
      count(strike, await live(site, strike));
    } catch (error) {
      console.error(`write ${strike.write}, ${strike.blow}: ${String(error)}`);
      tally(strike.blow, 'no rest').tried += 1;
    }
    lived += 1;
    log(`${lived} of ${lives} lives: write ${strike.write}, ${strike.blow}`);
  }
}

function next(): Strike | undefined {
  return performance.now() - began < Number(values.seconds) * 1_000 ? mine.shift() : undefined;
}

function count({ write, blow }: Strike, outcomes: readonly StageOutcome[]): void {
  const found = differences(undisturbed, outcomes);
  for (const { stage, what } of found) console.error(`write ${write}, ${blow}, ${stage}: ${what}`);
  for (const { stage, struck } of outcomes) {
    if (!struck) continue;
    const point = tally(blow, stage);
    point.tried += 1;
    if (!found.some((difference) => difference.stage === stage)) point.converged += 1;
  }
}

function tally(blow: Blow, stage: string): { tried: number; converged: number } {
  const key = `${blow} | ${stage}`;
  const point = points.get(key) ?? { tried: 0, converged: 0 };
  points.set(key, point);
  return point;
}

function print(): void {
  console.log('| blow | stage | writes, undisturbed | points tried | converged |');
  console.log('|---|---|---|---|---|');
  for (const blow of blows) {
    for (const [index, { name }] of [...stages, { name: 'no rest' }].entries()) {
      const point = points.get(`${blow} | ${name}`);
      if (point)
        console.log(
          `| ${blow} | ${name} | ${undisturbed[index]?.writes ?? ''} | ${point.tried} | ${point.converged} |`,
        );
    }
  }
  const sum = (of: 'tried' | 'converged'): number =>
    [...points.values()].reduce((total, point) => total + point[of], 0);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`\n${sum('converged')} of ${sum('tried')} points converged, in ${seconds} s`);
}
