/**
 * Where our operator spends its processor time: while as many MemoApps are edited in ten seconds as there are, and from a restart until
 * it is in charge. Two flame graphs as SVG go into the folder, two tables to standard output.
 * `node bench/operator/profiles.ts --out docs/flame`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { flameGraph } from '../flame.ts';
import { profileTime, profiling, readProfile, sharesOf, shareTable, type CpuProfile } from '../profile.ts';
import { ours } from './scale/contestant.ts';
import { onField } from './scale/field.ts';
import { burstOfEdits, create, fleetOf, last, takeCharge } from './scale/fleet.ts';

const options = new Command('profiles')
  .option('--apps <number>', 'MemoApps in the fleet', Number, 1000)
  .option('--out <folder>', 'where the flame graphs go', '.')
  .parse()
  .opts<{ apps: number; out: string }>();
const log = consoleLog();
const profiles = mkdtempSync(join(tmpdir(), 'memoapp-profiles-'));
const [editing, starting] = [join(profiles, 'editing'), join(profiles, 'starting')];

try {
  await onField(
    await ours(log),
    log,
    async (field) => {
      const fleet = fleetOf(options.apps);
      await create(field, fleet);
      const since = profileTime();
      await burstOfEdits(field, fleet);
      const until = profileTime();
      const seconds = await takeCharge(field, last(fleet), { nodeFlags: profiling(starting) });
      field.log(`in charge after ${seconds.toFixed(1)} s, under the profiler`);
      await field.operator.stop();
      write('operator-edits', `${fleet.length} edits of as many MemoApps`, readProfile(editing, since, until));
      write('operator-restart', `A restart with ${fleet.length} MemoApps`, readProfile(starting, 0));
    },
    { nodeFlags: profiling(editing) },
  );
} finally {
  rmSync(profiles, { recursive: true });
}

function write(file: string, title: string, profile: CpuProfile): void {
  writeFileSync(join(options.out, `${file}.svg`), flameGraph(`${title}, by the operator`, profile));
  console.log(`${shareTable(title, sharesOf(profile))}\n`);
}
