/** Starts a cluster as a test would and holds it until its input ends; for tests of what happens when it is killed. */
import { startCluster } from '../cluster.ts';
import type { Rung } from '../state.ts';

const [, , name = '', rung = ''] = process.argv;
await startCluster({ name, rung: Number(rung) as Rung });
process.stdout.write('ready\n');
process.stdin.resume();
