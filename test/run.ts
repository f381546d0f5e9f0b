/**
 * `make test`: every suite in order, cheapest first, with its time; closes with `N passed, N failed`.
 * `make test SUITES="unit operator"` runs some of them. A suite that dies or hangs counts as one failure.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { boundToUs } from './cluster/host/bound.ts';
import { temporaryFolder } from './cluster/host/temporary.ts';

interface Suite {
  readonly name: string;
  readonly what: string;
  readonly command: readonly string[];
  /** A mocha suite reports its own counts; any other command is one test. */
  readonly mocha: boolean;
  readonly limitMinutes: number;
  /** Starts clusters: what these are made of is built before. */
  readonly clusters?: boolean;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Outcome extends Readonly<Counts> {
  /** A line for each test that failed: in a log of many thousand lines they are hard to find. */
  readonly broken: readonly string[];
}

const SUITES: readonly Suite[] = [
  check('types', 'TypeScript, strict', ['tsc', '-p', 'tsconfig.json']),
  check('lint', 'eslint', ['eslint', '.', '--max-warnings', '0']),
  check('format', 'prettier', ['prettier', '--check', '.', '--log-level', 'warn']),
  mocha(
    'unit',
    'beside the code',
    2,
    'operator/src/**/*.test.ts',
    'service/src/**/*.test.ts',
    'scripts/**/*.test.ts',
    'test/*.test.ts',
  ),
  tools(),
  apart(onClusters(mocha('cluster', 'the local cluster itself', 12, 'test/cluster/**/*.test.ts'))),
  apart(mocha('images', 'stand-ins and our images', 20, 'test/images/**/*.test.ts')),
  apart(sideBySide(mocha('service', 'against real MariaDB, Redis and Kafka', 15, 'test/service/**/*.test.ts'))),
  apart(onClusters(sideBySide(mocha('operator', 'against a real API server', 15, 'test/operator/**/*.test.ts')))),
  apart(mocha('compose', 'the stack by docker compose', 15, 'test/compose/**/*.test.ts')),
  apart(onClusters(mocha('e2e', 'the whole stack on a real cluster', 25, 'test/e2e/**/*.test.ts'))),
];

function check(name: string, what: string, command: readonly string[]): Suite {
  return { name, what, command, mocha: false, limitMinutes: 10 };
}

function mocha(name: string, what: string, limitMinutes: number, ...globs: readonly string[]): Suite {
  const files = globSync(globs, { cwd: join(import.meta.dirname, '..') });
  const command = ['mocha', '--reporter', join(import.meta.dirname, 'reporter.cjs'), ...files.toSorted()];
  return { name, what, command, mocha: true, limitMinutes };
}

/** On a machine that has never had a cluster this takes half an hour, and no test could wait for it. */
function tools(): Suite {
  const build = ['node', 'test/cluster/main.ts', 'build', 'test/operator/install/judge'];
  return { ...check('tools', 'what clusters are made of, built once', build), limitMinutes: 60 };
}

function onClusters(suite: Suite): Suite {
  return { ...suite, clusters: true };
}

/** The suites of these names, or all; with what they need. */
function choose(names: readonly string[]): readonly Suite[] {
  if (names.length === 0) return SUITES;
  const named = SUITES.filter(({ name }) => names.includes(name));
  const needed = named.some(({ clusters }) => clusters) ? 'tools' : undefined;
  return SUITES.filter((suite) => named.includes(suite) || suite.name === needed);
}

/** Three files at a time: each has a cluster or stores of its own, and waits more than it works. */
function sideBySide(suite: Suite): Suite {
  return { ...suite, command: [...suite.command, '--parallel', '--jobs', '3'] };
}

/**
 * In mounts of its own: whatever a suite mounts ends with it, however it ends, and what others mount meanwhile is not taken
 * for its own.
 */
function apart(suite: Suite): Suite {
  return { ...suite, command: ['unshare', '--mount', '--propagation', 'private', ...suite.command] };
}

/** The environment of the tests: the user's own cluster is out of reach. */
function environment(report: string): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: '/dev/null', MEMOAPP_TEST_REPORT: report, FORCE_COLOR: '0' };
}

let running: { pid: number } | undefined;

function endRunning(signal: NodeJS.Signals): void {
  if (running === undefined) return;
  try {
    process.kill(-running.pid, signal);
  } catch {
    // The group has ended by itself.
  }
}

async function run(suite: Suite, report: string): Promise<{ ok: boolean; why: string }> {
  // A process group of its own, so that what a suite leaves can be ended; it ends with us all the same.
  const child = spawn(...boundToUs(suite.command), { stdio: 'inherit', detached: true, env: environment(report) });
  const pid = child.pid;
  if (pid === undefined) return { ok: false, why: `${suite.command.join(' ')} could not be started` };
  running = { pid };
  let why = '';
  const limit = setTimeout(() => {
    why = `no end after ${suite.limitMinutes} minutes`;
    endRunning('SIGKILL');
  }, suite.limitMinutes * 60_000);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
  clearTimeout(limit);
  // What a suite leaves in its process group ends with it.
  endRunning('SIGKILL');
  running = undefined;
  return { ok: code === 0, why: why === '' ? `exit code ${code ?? 'none'}` : why };
}

function readReport(report: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as Outcome;
  } catch {
    return undefined;
  }
}

async function outcome(suite: Suite, folder: string): Promise<Outcome> {
  const report = join(folder, `${suite.name}.json`);
  const { ok, why } = await run(suite, report);
  if (!suite.mocha) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, broken: [] };
  const read = readReport(report);
  if (read === undefined) {
    return { passed: 0, failed: 1, skipped: 0, broken: [`ended without a report: ${why}`] };
  }
  if (!ok && read.failed === 0) {
    return { ...read, failed: 1, broken: [`all tests passed, but the suite did not end well: ${why}`] };
  }
  return read;
}

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`no suite "${unknown}"; there are: ${SUITES.map((suite) => suite.name).join(' ')}\n`);
    process.exit(2);
  }
  const chosen = choose(names);
  const folder = temporaryFolder('test');
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupt.abort();
      endRunning('SIGTERM');
    });
  }
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const suite of chosen) {
    if (interrupt.signal.aborted) break;
    process.stdout.write(`\n▶ ${suite.name}: ${suite.what}\n`);
    const started = performance.now();
    const { passed, failed, skipped, broken } = await outcome(suite, folder);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    lines.push(
      `${failed === 0 ? '✓' : '✗'} ${suite.name.padEnd(10)} ${passed} passed, ${failed} failed, ${seconds} s`,
      ...broken.map((line) => `    ${line}`),
    );
  }
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
  if (interrupt.signal.aborted) total.failed += 1;
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
  process.exit(total.failed === 0 ? 0 : 1);
}

await main();
