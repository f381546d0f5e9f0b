/**
 * A thousand MemoApps on one operator: ours, a minimal one on controller-runtime and one on kopf, each with the same children
 * on a cluster of its own, one after the other. Figures come from the API server's audit log and from /proc.
 * `node bench/operator/scale.ts --help` says what can be set; progress goes to standard error, the table to standard output.
 */
import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { controllerRuntime, kopf } from './scale/baselines.ts';
import { ours, type Contestant } from './scale/contestant.ts';
import { measureEndurance, type EnduranceResult } from './scale/endurance.ts';
import { onField } from './scale/field.ts';
import { fleetOf, measureFleet, type FleetResult } from './scale/fleet.ts';
import { table } from './scale/report.ts';
import { measureSingle, type SingleResult } from './scale/single.ts';

export interface Result {
  readonly single: SingleResult;
  readonly fleet: FleetResult;
  readonly endurance?: EnduranceResult;
}

const contestants = ['memo-operator', 'controller-runtime', 'kopf'] as const;
const options = new Command('scale')
  .option('--apps <number>', 'MemoApps in the fleet', Number, 1000)
  .option('--idle-minutes <number>', 'how long our operator is left alone', Number, 10)
  .addOption(new Option('--only <name>', 'one contestant alone').choices(contestants))
  .option('--out <file>', 'where the results go as JSON')
  .parse()
  .opts<{ apps: number; idleMinutes: number; only?: (typeof contestants)[number]; out?: string }>();
const log = consoleLog();

const results: Record<string, Result> = {};
for (const name of contestants) {
  if (options.only !== undefined && options.only !== name) continue;
  results[name] = await measure(await contestantOf(name));
  // What is known is not lost with what follows.
  if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
}
console.log(table(results));

async function contestantOf(name: (typeof contestants)[number]): Promise<Contestant> {
  switch (name) {
    case 'memo-operator':
      return await ours(log);
    case 'controller-runtime':
      return await controllerRuntime(log);
    case 'kopf':
      return await kopf(log);
  }
}

async function measure(contestant: Contestant): Promise<Result> {
  return await onField(contestant, log, async (field) => {
    await field.until('its first watches', 60, () => field.watches() > 0);
    await field.quiet(5);
    const started = field.watches();
    const single = await measureSingle(field);
    field.log(`${single.children} children in ${single.ratio.toFixed(2)} times the raw apply`);
    const fleet = fleetOf(options.apps);
    const fleetResult = await measureFleet(field, fleet, started);
    if (contestant.name !== 'memo-operator') return { single, fleet: fleetResult };
    return { single, fleet: fleetResult, endurance: await measureEndurance(field, fleet, options.idleMinutes) };
  });
}
