/**
 * What it costs our operator to look after some namespaces in place of the cluster: it watches each kind in each of them. For each number
 * of namespaces it is started anew, first with nothing in them and then with a MemoApp in each; a table goes to standard output.
 * `node bench/operator/namespaces.ts --counts 1,10,100`
 */
import { Command } from 'commander';
import { kindOf } from '../../operator/src/runtime/object.ts';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { childrenOf, memoAppOf, type AppName } from './scale/children.ts';
import { ours } from './scale/contestant.ts';
import { onField, sideBySide, type Field } from './scale/field.ts';
import { childWrites } from './scale/single.ts';

/** In which it gives back what its work has taken. */
const RESTING_SECONDS = 15;

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
  await sideBySide(apps, ({ namespace }) =>
    field.admin.create({ ...kindOf('v1', 'Namespace'), metadata: { name: namespace } }),
  );
  await startFor(field, apps);
  const [watches, sockets, empty] = [field.watches(), field.operator.sockets(), memory(field)];
  await fill(field, apps);
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

async function fill(field: Field, apps: readonly AppName[]): Promise<void> {
  field.begin();
  await sideBySide(apps, (app) => field.admin.create(memoAppOf(app)));
  const wanted = apps.reduce((sum, app) => sum + childrenOf(app).length, 0);
  await field.until('all children', 600, () => childWrites(field.writes()).length >= wanted);
  await field.quiet(RESTING_SECONDS);
}

function memory(field: Field): string {
  return field.operator.memory().now.toFixed(0);
}

function numbers(text: string): number[] {
  return text.split(',').map(Number);
}
