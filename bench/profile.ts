/** Where a program spends its processor time, out of the profile that Node writes when it ends. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    /** Ids of what it calls. */
    readonly children?: readonly number[];
  }[];
  /** Microseconds of the monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** What the clock says by which profiles tell time. */
export function profileTime(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

export interface Share {
  readonly where: string;
  /** Of the time in which the program was not idle. */
  readonly share: number;
}

/** Node's flags that make it write one into the folder. It opens in the developer tools of Chromium, too. */
export function profiling(folder: string): string[] {
  return ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${folder}`];
}

/**
 * The only one in the folder, between two moments: the start of a server is not its work, nor its end.
 * @throws Error where there is none
 */
export function readProfile(folder: string, since: number, until = Infinity): CpuProfile {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error(`no profile in ${folder}: the program did not end in good order`);
  const whole = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
  let [at, first, end] = [whole.startTime, 0, 0];
  for (const delta of whole.timeDeltas) {
    at += delta;
    if (at < since) first += 1;
    if (at < until) end += 1;
  }
  return { ...whole, samples: whole.samples.slice(first, end), timeDeltas: whole.timeDeltas.slice(first, end) };
}

/** Time of one's own, by package or module; the largest first. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Share[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const micros = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const { functionName = '', url = '' } = frames.get(id) ?? {};
    if (functionName === '(idle)') continue;
    const where = placeOf(functionName, url);
    micros.set(where, (micros.get(where) ?? 0) + (timeDeltas[at] ?? 0));
  }
  const whole = [...micros.values()].reduce((sum, each) => sum + each, 0);
  return [...micros]
    .map(([where, spent]) => ({ where, share: spent / whole }))
    .toSorted((left, right) => right.share - left.share);
}

/** `service/cache`, `express`, `node:internal/http`, or what V8 calls its own work. */
function placeOf(functionName: string, url: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'built into V8 and Node';
  if (url.startsWith('node:')) return url;
  const dependency = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  return dependency ?? url.replace(/.*\/(service|operator)\/dist\//, '$1/').replace(/\/[^/]*$/, '');
}

/** Those of at least a hundredth, as a table of Markdown. */
export function shareTable(trial: string, shares: readonly Share[]): string {
  const rows = shares
    .filter(({ share }) => share >= 0.01)
    .map(({ share, where }) => `| ${where} | ${(share * 100).toFixed(1)} % |`);
  return [`| ${trial}: processor time in | of the time at work |`, '| --- | --- |', ...rows].join('\n');
}
