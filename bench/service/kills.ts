/**
 * kill -9 and SIGSTOP of everything under writes: what was acknowledged and is gone? Prints one JSON document and fails when it
 * is anything but nothing. `node bench/service/kills.ts --rounds 1 --kills 40 --writes 20000 --seed 7` is a part of it.
 */
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { isClean, runKills } from './kills/run.ts';
import type { KillsResult } from './kills/run.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    kills: { type: 'string', default: '40' },
    writes: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
const rounds = count('rounds');
const kills = count('kills');
const writes = count('writes');
const first = count('seed');

const results: KillsResult[] = [];
for (let round = 0; round < rounds; round += 1) {
  const seed = first + round * 1000;
  const say = (line: string): void =>
    void process.stderr.write(`round ${round + 1} of ${rounds}, seed ${seed}: ${line}\n`);
  say('begins');
  const result = await runKills({ seed, kills, writes, onProgress: say });
  say(`over after ${result.seconds} s`);
  results.push(result);
}
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
process.exit(results.every(isClean) ? 0 : 1);

function count(option: keyof typeof values): number {
  const number = Number(values[option]);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${option} takes a whole number`);
  return number;
}
