/**
 * What the settings cost that a request meets: the cached read with one of them changed, beside the defaults. Rounds of all
 * alternate within one run; each figure is the median of its rounds. `node bench/service/settings.ts --seconds 8 --rounds 5`;
 * `--only JWT` for those whose name says so, and the defaults.
 */
import { parseArgs } from 'node:util';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { audience, startIssuer } from '../../test/service/harness/issuer.ts';
import { quantile } from '../quantile.ts';
import { startContender } from './speed/contender.ts';
import { measure, warmUp } from './speed/load.ts';
import { setStage } from './speed/stage.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const log = consoleLog();

const MEMOS = 1_000;
const DEFAULTS = 'the defaults';

/** What differs from the defaults. */
interface Setting {
  /** undefined: without that variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Made anew for each round: a token lasts for minutes. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

const issuer = await startIssuer();
const settings: Readonly<Record<string, Setting>> = {
  [DEFAULTS]: {},
  '`LOG_LEVEL=warn`: no line a request': { environment: { LOG_LEVEL: 'warn' } },
  'a trace (`traceparent`)': {
    headers: () => ({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
  },
  'a page of another origin (`Origin`)': { headers: () => ({ Origin: 'https://memo.example' }) },
  '`RATE_LIMIT_READ`': { environment: { RATE_LIMIT_READ: '9999999/1m' } },
  '`AUTH_JWT_JWKS_URL`, RS256': {
    environment: { AUTH_JWT_JWKS_URL: issuer.keysUrl, AUTH_JWT_ISSUER: issuer.name, AUTH_JWT_AUDIENCE: audience },
    headers: async () => ({ Authorization: `Bearer ${await issuer.token({ roles: ['reader'] })}` }),
  },
  'no `REDIS_URL`: read from MariaDB': { environment: { REDIS_URL: undefined } },
};

const chosen = Object.entries(settings).filter(([name]) => name === DEFAULTS || name.includes(values.only));
const stage = await setStage(MEMOS, log);
try {
  const measured = new Map(chosen.map(([name]) => [name, [] as number[]]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, setting] of chosen) {
      const micros = await costOf(setting);
      measured.get(name)?.push(micros);
      log(`round ${round} of ${rounds}, ${name}: ${micros.toFixed(1)} µs`);
    }
  }
  print(new Map([...measured].map(([name, all]) => [name, quantile(all, 0.5)])));
} finally {
  await stage.stop();
  issuer.close();
}

/** Microseconds of processor time a request. */
async function costOf({ environment, headers: headersOf = () => ({}) }: Setting): Promise<number> {
  const changed = Object.entries({ ...stage.environment, ...environment });
  const set = changed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const service = await startContender('service', Object.fromEntries(set) as Record<string, string>);
  const headers = await headersOf();
  const requests = Array.from({ length: MEMOS }, (_, index) => ({ path: `/v1/memos/${index + 1}` }));
  try {
    const load = { connections: 32, requests, headers };
    await warmUp(service, load);
    return (await measure(service, { ...load, seconds })).cpuMicros;
  } finally {
    await service.stop();
  }
}

function print(costs: ReadonlyMap<string, number>): void {
  const plain = costs.get(DEFAULTS) ?? NaN;
  console.log('| a cached read with | processor time, µs | of the defaults |');
  console.log('| --- | --- | --- |');
  for (const [name, micros] of costs)
    console.log(`| ${name} | ${micros.toFixed(1)} | ${(micros / plain).toFixed(2)} |`);
}
