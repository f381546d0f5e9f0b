/** `make bench`: every benchmark, each a program of its own, one after the other. Ends at the first that fails. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import process from 'node:process';

for (const file of globSync('*/*.ts', { cwd: import.meta.dirname }).toSorted()) {
  process.stdout.write(`\n▶ bench/${file}\n`);
  const { status } = spawnSync(process.execPath, [file], { cwd: import.meta.dirname, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
