/** `make up`, `make down`, `make deploy`: one cluster each time, this machine's own or one that is named. */
import process from 'node:process';
import { Command, Option } from 'commander';
import { downNamed } from './down-named.ts';
import { failureOf } from './failure.ts';
import { openJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { downLocal, upLocal } from './local.ts';
import { deployNamed, upNamed } from './named.ts';
import type { Destination } from './named.ts';

interface Options {
  readonly name: string;
  readonly context: string;
  readonly registry: string;
}

const program = new Command('make').description('The whole stack on a cluster.');
command('up').action(async (options: Options) => {
  const { context, name, registry } = options;
  // A registry is that of a named cluster: without the name a cluster would be built here, for half an hour.
  if (context === '' && registry === '') await perform(`up-${name}`, async (journal) => await upLocal(name, journal));
  else await perform(`up-${context}`, async (journal) => await upNamed(destination(options), journal));
});
command('down').action(async ({ context, name }: Options) => {
  if (context === '') await perform(`down-${name}`, async (journal) => await downLocal(name, journal));
  else await perform(`down-${context}`, async (journal) => await downNamed(context, journal));
});
command('deploy').action(async (options: Options) => {
  await perform(`deploy-${options.context}`, async (journal) => await deployNamed(destination(options), journal));
});
await program.parseAsync();

/** Make hands over its variables as they are: one that is not set is empty. */
function command(name: string): Command {
  return program
    .command(name)
    .addOption(new Option('--name <name>', 'which cluster of this machine').default('default'))
    .addOption(new Option('--context <context>', 'a context of your kubeconfig').default(''))
    .addOption(new Option('--registry <prefix>', 'where that cluster pulls images from').default(''));
}

function destination({ context, registry }: Options): Destination {
  if (context === '') throw new Error('say which cluster: CONTEXT=<context of your kubeconfig>');
  if (registry === '') {
    throw new Error(`say where to push the images, and the cluster can pull them: REGISTRY=<registry.example/prefix>`);
  }
  return { context, registry };
}

/** Runs a command to its last lines. */
async function perform(name: string, work: (journal: Journal) => Promise<string[]>): Promise<void> {
  const journal = openJournal(name);
  try {
    const lines = await work(journal);
    if (lines.length > 0) process.stdout.write(`\n${lines.join('\n')}\n`);
  } catch (error) {
    const [command = ''] = name.split('-');
    const { shown, kept } = failureOf(command, error, journal.path);
    journal.keep(kept);
    journal.show(`\n${shown}`);
    // At once: another step may still be building.
    process.exit(1);
  }
}
