/** Load by wrk: requests from a list, in turn, over a fixed number of connections; what came back and when. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../test/cluster/host/command.ts';
import { temporaryFolder } from '../../../test/cluster/host/temporary.ts';
import type { Contender } from './contender.ts';
import { OTHERS_CPU } from './contender.ts';

export interface LoadRequest {
  readonly method?: 'POST' | 'PUT';
  readonly path: string;
  readonly body?: object;
}

export interface Load {
  readonly requests: readonly LoadRequest[];
  /** Of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Microseconds of the server's processor time for a request. */
  readonly cpuMicros: number;
}

/** What wrk says at its end. */
export interface Summary {
  readonly requests: number;
  readonly failed: number;
  readonly micros: number;
  readonly p50: number;
  readonly p99: number;
}

/** @throws when an answer is no 2xx or a connection breaks: a server that fails fast is not fast */
export async function measure(contender: Contender, load: Load): Promise<Measured> {
  const before = contender.processorTime();
  const summary = await wrk(contender.url, load);
  const spent = contender.processorTime() - before;
  if (summary.failed > 0) throw new Error(`${contender.name}: ${summary.failed} of ${summary.requests} failed`);
  return {
    perSecond: summary.requests / (summary.micros / 1e6),
    p50Ms: summary.p50 / 1000,
    p99Ms: summary.p99 / 1000,
    cpuMicros: (spent * 1e6) / summary.requests,
  };
}

/** Seconds in which caches are filled and V8 learns what is hot. */
const WARMING = 5;

/** Puts a server under the load that is measured next. */
export async function warmUp(contender: Contender, load: Omit<Load, 'seconds'>): Promise<void> {
  await measure(contender, { ...load, seconds: WARMING });
}

/** Puts a server under load, whoever it is. */
export async function wrk(url: string, { connections, headers = {}, requests, seconds }: Load): Promise<Summary> {
  const folder = temporaryFolder('load');
  try {
    const script = join(folder, 'requests.lua');
    writeFileSync(script, scriptOf(requests, headers));
    const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, url];
    const output = await run('taskset', ['-c', OTHERS_CPU, 'wrk', ...options]);
    return JSON.parse(output.slice(output.lastIndexOf('{'))) as Summary;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function scriptOf(requests: readonly LoadRequest[], headers: Readonly<Record<string, string>>): string {
  const every = Object.entries(headers).map(([name, value]) => `[ ${quoted(name)} ]=${quoted(value)}`);
  const list = requests.map(({ body, method = 'GET', path }) => {
    return `{${[method, path, body === undefined ? '' : JSON.stringify(body)].map(quoted).join()}}`;
  });
  return `
local requests = {${list.join(',\n')}}
local plain = {${every.join()}}
local json = {${[...every, "['Content-Type']='application/json'"].join()}}
local at = 0
request = function()
  at = at % #requests + 1
  local one = requests[at]
  if one[3] == '' then return wrk.format(one[1], one[2], plain) end
  return wrk.format(one[1], one[2], json, one[3])
end
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"requests":%d,"failed":%d,"micros":%d,"p50":%d,"p99":%d}\\n',
    summary.requests, failed, summary.duration, latency:percentile(50), latency:percentile(99)))
end
`;
}

/** As Lua's long string, in which nothing means anything. */
function quoted(text: string): string {
  return `[==[${text}]==]`;
}
