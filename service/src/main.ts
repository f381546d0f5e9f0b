/** The memo service: `serve` (the API), `migrate` (the schema), `topic` (the topic of the events). */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { Command } from 'commander';
import { ConfigurationError, parseConfig, parseTopicConfig } from './config.ts';
import { migrate, SchemaTooNew } from './db/migrate.ts';
import { ensureTopic } from './events/topic.ts';
import { errorFields, standardLog, type LogOutput } from './observability/log.ts';
import { logWarnings } from './observability/warnings.ts';
import { serve } from './serve.ts';

/** Exit codes that a Job or a person can tell apart. */
const exitCodes = { failed: 1, configuration: 2, schemaTooNew: 3 } as const;
const version = '0.1.0';

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
  await withLog(standardLog(config.logLevel, version), ({ log }) => serve(config, log));
}

/** Leaves the schema's version where Kubernetes looks for a container's last words. */
async function migrateCommand(): Promise<void> {
  const config = parseConfig(process.env, readFile);
  await withLog(standardLog(config.logLevel, version), async ({ log }) => {
    const schemaVersion = await migrate(config.database.url, config.migrationPatienceMs, log);
    log.info({ 'schema.version': schemaVersion }, 'the schema is up to date');
    leave(JSON.stringify({ schemaVersion }));
  });
}

async function topicCommand(): Promise<void> {
  const config = parseTopicConfig(process.env, readFile);
  await withLog(standardLog(config.logLevel, version), ({ log }) => ensureTopic(config.events, log));
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
      if (error instanceof ConfigurationError) process.exitCode = exitCodes.configuration;
      else process.exitCode = error instanceof SchemaTooNew ? exitCodes.schemaTooNew : exitCodes.failed;
    }
  };
}
