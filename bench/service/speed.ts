/**
 * How fast the service is, beside a bare `node:http` server, Express by its documentation and Fastify doing the same work.
 * In each round all are started anew, and take turns; each figure is the median of its turns, and each ratio that of the turns' ratios. The table goes to standard output.
 * `node bench/service/speed.ts --memos 1000000 --seconds 10 --rounds 3 --out speed.json`; `--profiles FOLDER` adds
 * a round of the service under Node's profiler to each: a table of where its time goes, one of what the database does meanwhile,
 * and a flame graph as SVG.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { until } from '../../test/until.ts';
import { quantile } from '../quantile.ts';
import { startContender } from './speed/contender.ts';
import type { Contender, ContenderName } from './speed/contender.ts';
import { flameGraph } from '../flame.ts';
import { measure, warmUp } from './speed/load.ts';
import type { LoadRequest, Measured } from './speed/load.ts';
import { profileTime, profiling, readProfile, sharesOf, shareTable } from '../profile.ts';
import { forgetStatements, statementsOf, statementTable } from './speed/statements.ts';
import { speedTable } from './speed/report.ts';
import type { Ratios, SpeedResult, TrialResult } from './speed/report.ts';
import { setStage } from './speed/stage.ts';
import { trialsOf } from './speed/trials.ts';
import type { Trial } from './speed/trials.ts';

const { values } = parseArgs({
  options: {
    memos: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
    profiles: { type: 'string' },
  },
});
const log = consoleLog();
const [memos, seconds, rounds] = [Number(values.memos), Number(values.seconds), Number(values.rounds)];

/** Of each round, where there is something to compare: a machine that others share is another one from second to second. */
const TURNS = 3;
/** In which a server does what is left of its turn: its last log lines, the events of its writes. */
const SETTLING_MS = 1_000;

const stage = await setStage(memos, log, values.profiles !== undefined);
try {
  const service = await startContender('service', stage.environment);
  const trials = trialsOf(memos, await cursorAt(service, Math.floor(memos * 0.9)));
  await service.stop();
  const results: TrialResult[] = [];
  const wanted = trials.filter(({ name }) => name.startsWith(values.only));
  for (const trial of wanted) results.push(await tried(trial));
  const result: SpeedResult = { memos, loading: stage.loading, tables: await tableSizes(), trials: results };
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${speedTable(result)}\n`);
  if (values.profiles !== undefined) {
    for (const trial of wanted) process.stdout.write(`\n${await profiled(trial, values.profiles)}\n`);
  }
} finally {
  await stage.stop();
}

async function tried({ connections, contenders, name, requests }: Trial): Promise<TrialResult> {
  const measured = new Map<string, Measured[]>(contenders.map((each) => [each, []]));
  const load = { connections, requests };
  const turns = contenders.length > 1 ? TURNS : 1;
  for (let round = 1; round <= rounds; round += 1) {
    await withContenders(contenders, async (running) => {
      await fillCache(running, requests);
      for (const contender of running) await warmUp(contender, load);
      for (let turn = 1; turn <= turns; turn += 1) {
        for (const contender of running) {
          await pause(SETTLING_MS);
          const result = await measure(contender, { ...load, seconds: Math.max(1, Math.round(seconds / turns)) });
          measured.get(contender.name)?.push(result);
          const [rate, spent] = [result.perSecond.toFixed(0), result.cpuMicros.toFixed(0)];
          log(`${name}, ${contender.name}, round ${round} of ${rounds}: ${rate} requests/s, ${spent} µs each`);
        }
      }
    });
  }
  return {
    name,
    contenders: Object.fromEntries([...measured].map(([each, all]) => [each, median(all)])),
    besideBare: Object.fromEntries([...measured].map(([each, all]) => [each, ratios(all, measured.get('bare'))])),
  };
}

/** Of each turn to bare's beside it, in the same seconds: so much of the machine's own ups and downs is in neither. */
function ratios(all: readonly Measured[], bare: readonly Measured[] = []): Ratios | undefined {
  const [cpu, rate] = (['cpuMicros', 'perSecond'] as const).map((figure) =>
    bare.flatMap((one, turn) => (all[turn]?.[figure] ?? NaN) / one[figure]),
  );
  if (!cpu?.length || !rate) return undefined;
  return {
    median: quantile(cpu, 0.5),
    least: Math.min(...cpu),
    most: Math.max(...cpu),
    perSecond: quantile(rate, 0.5),
  };
}

async function withContenders(
  names: readonly ContenderName[],
  work: (running: readonly Contender[]) => Promise<void>,
): Promise<void> {
  const running: Contender[] = [];
  try {
    for (const name of names) running.push(await startContender(name, stage.environment));
    await work(running);
  } finally {
    for (const contender of running) await contender.stop();
  }
}

async function profiled({ connections, name, requests }: Trial, into: string): Promise<string> {
  const folder = join(into, name.replaceAll(/[^a-z]+/gi, '-'));
  mkdirSync(folder, { recursive: true });
  const service = await startContender('service', stage.environment, profiling(folder));
  await fillCache([service], requests);
  await warmUp(service, { connections, requests });
  await forgetStatements(stage.sql);
  const since = profileTime();
  const { perSecond } = await measure(service, { connections, requests, seconds });
  const statements = await statementsOf(stage.sql, perSecond * seconds);
  await service.stop();
  const profile = readProfile(folder, since);
  writeFileSync(`${folder}.svg`, flameGraph(`${name}, by the service`, profile));
  return `${shareTable(name, sharesOf(profile))}\n\n${statementTable(statements)}`;
}

/** Only the service fills its cache; each reads what is there. What was there before may be about to expire. */
async function fillCache(running: readonly Contender[], requests: readonly LoadRequest[]): Promise<void> {
  const service = running.find(({ name }) => name === 'service');
  if (service === undefined) return;
  // At its start it looks through the latest changes first: after an import of a million those are many.
  await until('the cache is in use', () => usesCache(service), { seconds: 120 });
  await stage.redis.flushall();
  for (const { method, path } of requests) {
    if (method === undefined) await (await fetch(`${service.url}${path}`)).arrayBuffer();
  }
}

async function usesCache({ managementUrl }: Contender): Promise<boolean> {
  return /^memo_cache_up 1$/m.test(await (await fetch(`${managementUrl}/metrics`)).text());
}

/** The one of the middle by its processor time, as a whole: figures of different rounds belong to different moments. */
function median(all: readonly Measured[]): Measured {
  const sorted = all.toSorted((left, right) => left.cpuMicros - right.cpuMicros);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('no round was measured');
  return middle;
}

/** The cursor behind so many memos. */
async function cursorAt({ url }: Contender, depth: number): Promise<string> {
  const response = await fetch(`${url}/v1/memos/?limit=1&skip=${depth}`);
  await response.arrayBuffer();
  const cursor = /[?&]cursor=([^&>]+)/.exec(response.headers.get('link') ?? '')?.[1];
  if (cursor === undefined) throw new Error(`no next page behind ${depth} memos`);
  return cursor;
}

async function tableSizes(): Promise<SpeedResult['tables']> {
  const rows = await stage.sql.query<{ name: string; mib: number }[]>(
    `SELECT table_name AS name, CAST((data_length + index_length) / 1048576 AS DOUBLE) AS mib FROM information_schema.tables
     WHERE table_schema = DATABASE() ORDER BY mib DESC`,
  );
  return Object.fromEntries(rows.map(({ mib, name }) => [name, mib]));
}
