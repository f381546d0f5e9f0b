/**
 * What it costs our operator to look after some namespaces in place of the cluster: it watches each kind in each of them. For each number
 * of namespaces it is started anew, before there is anything in them and then with a MemoApp in each; a table goes to standard output.
 * `node bench/operator/namespaces.ts --counts 1,10,100`
 */
import { Command } from 'commander';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import type { AppName } from './scale/children.ts';
import { ours } from './scale/contestant.ts';
import { onField, type Field } from './scale/field.ts';
import { create, RESTING_SECONDS } from './scale/fleet.ts';

const options = new Command('namespaces')
  .option('--counts <numbers>', 'how many namespaces, one run after the other', numbers, [1, 10, 100])
  .parse()
  .opts<{ counts: readonly number[] }>();
const log = consoleLog();

console.log(
  '| namespaces | watches | sockets | MiB, empty | MiB, a MemoApp in each | the same again, after a restart |',
);
console.log('|---|---|---|---|---|---|');
await onField(await ours(log), log, async (field) => {
  await field.quiet(5);
  for (const count of options.counts) await measure(field, count);
});

async function measure(field: Field, count: number): Promise<void> {
  const apps = Array.from({ length: count }, (_, index) => ({ namespace: `of-${count}-${index}`, name: 'memo' }));
  await startFor(field, apps);
  const [watches, sockets, empty] = [field.watches(), field.operator.sockets(), memory(field)];
  await create(field, apps);
  await field.quiet(RESTING_SECONDS);
  const full = memory(field);
  await startFor(field, apps);
  const cells = [count, watches, sockets, empty, full, memory(field)];
  console.log(`| ${cells.join(' | ')} |`);
}

/** Ends it and starts it for these namespaces, until it has seen what is in them and rests. */
async function startFor(field: Field, apps: readonly AppName[]): Promise<void> {
  await field.operator.stop();
  field.begin();
  const namespaces = apps.map(({ namespace }) => namespace);
  field.operator = await field.contestant.start(field.cluster, { namespaces });
  await field.until('its watches', 120, () => field.watches() >= apps.length);
  await field.quiet(RESTING_SECONDS);
}

function memory(field: Field): string {
  return field.operator.memory().now.toFixed(0);
}

function numbers(text: string): number[] {
  return text.split(',').map(Number);
}
