/**
 * Requests made from the served document, thousands of them: prints operations, cases and failures, and fails when there is
 * one. `node bench/service/schemathesis.ts --seed 7 --examples 500`.
 */
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runSchemathesis } from '../../test/service/schemathesis/run.ts';
import { migrate, startService } from '../../test/service/harness/service.ts';
import { startMariaDB } from '../../test/stores/mariadb.ts';
import { startRedis } from '../../test/stores/redis.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    examples: { type: 'string', default: '300' },
  },
});
process.stderr.write(`seed ${values.seed}\n`);
const [database, redis] = await Promise.all([startMariaDB(), startRedis()]);
const environment = { DATABASE_URL: database.url, REDIS_URL: redis.url, LOG_LEVEL: 'warn' };
const { status, stdout } = await migrate(environment);
if (status !== 0) throw new Error(stdout);
const service = await startService(environment);
const { output, report } = await runSchemathesis({
  port: service.port,
  seed: Number(values.seed),
  examples: Number(values.examples),
});
await service.stop();
await Promise.all([database.stop(), redis.stop()]);
const failed = report.failures.length + report.errors.length;
if (failed > 0) process.stderr.write(output);
const { operations, test_cases: cases, seed } = report;
process.stdout.write(
  `${JSON.stringify({ seed, operations: operations.tested, cases: cases.generated, failures: failed })}\n`,
);
process.exit(failed === 0 ? 0 : 1);
