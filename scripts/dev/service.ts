/** One life of the service under `node --watch`: migrate, then serve. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';
import { boundToUs } from '../../test/cluster/host/bound.ts';

const main = resolve(import.meta.dirname, '../../service/src/main.ts');
// Whoever watches us was killed, and the stores with it: nobody else would end us.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The listener alone would keep us from ending in good order.
process.channel?.unref();
const { status } = spawnSync(...boundToUs([process.execPath, main, 'migrate']), { stdio: 'inherit' });
if (status === 0) {
  process.argv.splice(2, Infinity, 'serve');
  await import('../../service/src/main.ts');
} else {
  process.exitCode = status ?? 1;
}
