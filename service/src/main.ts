/** The memo service: `serve` (the API), `migrate` (the schema), `topic` (the topic of the events). */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { Command } from 'commander';
import { ConfigurationError, parseConfig, parseMigrationConfig, parseTopicConfig } from './config.ts';
import { migrate, SchemaTooNew } from './db/migrate.ts';
import { untilStopped } from './lifecycle.ts';
import { ensureTopic } from './events/kafka/topic.ts';
import { errorFields, standardLog, type LogOutput } from './observability/log.ts';
import { logWarnings } from './observability/warnings.ts';
import { serve } from './serve.ts';

/** Exit codes that a Job or a person can tell apart. */
const exitCodes = { failed: 1, configuration: 2, schemaTooNew: 3 } as const;
const version = '0.1.0';
const stopped = untilStopped();

/** Ended by a signal before it was done; it can be run again. */
class Stopped extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}: run it again to finish`);
    this.name = 'Stopped';
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

const program = new Command('memo-service').description(
  'The memo API, its schema and its topic. Configured by the environment.',
);
program.command('serve', { isDefault: true }).description('serve the API').action(run(serveCommand));
program.command('migrate').description("bring the database to this release's schema").action(run(migrateCommand));
program.command('topic').description('make the topic of the events, or bring it up to date').action(run(topicCommand));
await program.parseAsync();

function readFile(path: string): string {
  return readFileSync(path, 'utf8');
}

async function serveCommand(): Promise<void> {
  const config = parseConfig(process.env, readFile);
  await withLog(standardLog(config.logLevel, version), (output) => serve(config, output, stopped));
}

/** Leaves the schema's version where Kubernetes looks for a container's last words. */
async function migrateCommand(): Promise<void> {
  const config = parseMigrationConfig(process.env, readFile);
  await withLog(standardLog(config.logLevel, version), async ({ log }) => {
    const schemaVersion = await unlessStopped(migrate(config.database, config.migrationPatienceMs, log));
    log.info({ 'schema.version': schemaVersion }, 'the schema is up to date');
    leave(JSON.stringify({ schemaVersion }));
  });
}

async function topicCommand(): Promise<void> {
  const config = parseTopicConfig(process.env, readFile);
  await withLog(standardLog(config.logLevel, version), ({ log }) => unlessStopped(ensureTopic(config.events, log)));
}

async function unlessStopped<T>(work: Promise<T>): Promise<T> {
  const end = stopped.then((signal) => {
    throw new Stopped(signal);
  });
  return await Promise.race([work, end]);
}

function leave(message: string): void {
  try {
    writeFileSync(process.env['TERMINATION_MESSAGE_PATH'] ?? '/dev/termination-log', message);
  } catch {
    // Outside a container there is nobody to leave it for.
  }
}

async function withLog(output: LogOutput, work: (output: LogOutput) => Promise<void>): Promise<void> {
  logWarnings(output.log);
  process.once('uncaughtException', (error) => {
    output.log.fatal(errorFields(error), 'ended by an error that nobody caught');
    output.flush();
    process.exit(exitCodes.failed);
  });
  try {
    await work(output);
  } catch (error) {
    output.log.fatal(errorFields(error), 'ended by an error');
    throw error;
  } finally {
    output.flush();
  }
}

/** The one place where an error becomes an exit code. */
function run(command: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await command();
      process.exitCode = 0;
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      // What was begun is left as it is, and would keep the process.
      if (error instanceof Stopped) process.exit(error.exitCode);
      if (error instanceof ConfigurationError) process.exitCode = exitCodes.configuration;
      else process.exitCode = error instanceof SchemaTooNew ? exitCodes.schemaTooNew : exitCodes.failed;
    }
  };
}
