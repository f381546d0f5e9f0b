/**
 * schemathesis against a running service: requests made from the served document, right and wrong ones, and every reply held
 * against it. It comes from Python's registry, pinned with all it needs, into the cache.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, run } from '../../cluster/host/command.ts';
import { consoleLog } from '../../cluster/host/progress.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';
import { ensurePython } from '../../images/making/python.ts';

/** The part of its report that counts. */
export interface Report {
  readonly seed: number;
  readonly operations: { readonly total: number; readonly selected: number; readonly tested: number };
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly unknown[];
  readonly errors: readonly unknown[];
}

export interface SchemathesisOptions {
  readonly port: number;
  readonly seed: number;
  /** Made up for each operation, on top of the boundary values that are always tried. */
  readonly examples: number;
}

export interface Outcome {
  readonly report: Report;
  /** What it said, with a request for each failure. */
  readonly output: string;
}

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const CONFIG = join(import.meta.dirname, 'schemathesis.toml');

export async function runSchemathesis({ port, seed, examples }: SchemathesisOptions): Promise<Outcome> {
  const python = await ensurePython('schemathesis', REQUIREMENTS, consoleLog());
  const folder = temporaryFolder('schemathesis');
  const report = join(folder, 'report.json');
  const args = [
    '-m',
    'schemathesis.cli',
    '--config-file',
    CONFIG,
    'run',
    `http://127.0.0.1:${port}/openapi.json`,
    '--no-color',
  ];
  args.push('--checks', 'all', '--continue-on-failure');
  args.push('--seed', String(seed), '--max-examples', String(examples), '--generation-database', 'none');
  args.push('--report', 'json', '--report-json-path', report);
  try {
    const env = {
      ...process.env,
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: import.meta.dirname,
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const output = await run(python, args, { cwd: folder, env }).catch((error: unknown) => {
      // It ends with another code than 0 when it has found something.
      if (error instanceof CommandError) return error.output;
      throw error;
    });
    return { report: JSON.parse(await readFile(report, 'utf8')) as Report, output };
  } finally {
    await rm(folder, { recursive: true });
  }
}
