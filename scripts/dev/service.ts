/** One life of the service under `node --watch`: migrate, then serve. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';

const main = resolve(import.meta.dirname, '../../service/src/main.ts');
const { status } = spawnSync(process.execPath, [main, 'migrate'], { stdio: 'inherit' });
if (status === 0) {
  process.argv.splice(2, Infinity, 'serve');
  await import('../../service/src/main.ts');
} else {
  process.exitCode = status ?? 1;
}
