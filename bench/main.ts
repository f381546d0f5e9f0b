/** `make bench`: every benchmark, each a program of its own, one after the other. Ends at the first that fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import process from 'node:process';
import { boundToUs } from '../test/cluster/host/bound.ts';

for (const file of globSync('*/*.ts', { cwd: import.meta.dirname }).toSorted()) {
  process.stdout.write(`\n▶ bench/${file}\n`);
  const benchmark = spawn(...boundToUs([process.execPath, file]), { cwd: import.meta.dirname, stdio: 'inherit' });
  await once(benchmark, 'exit');
  if (benchmark.exitCode !== 0) process.exit(benchmark.exitCode ?? 1);
}
